/**
 * The page's first script.
 *
 * Must not know: anything but where the application goes.
 */
import { render } from "preact";
import { App } from "./app.tsx";
import "./style.css";

render(<App />, document.querySelector("#app")!);
