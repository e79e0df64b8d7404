/**
 * The page's first script.
 *
 * Not its concern: anything but where the application goes.
 */
import { render } from "preact";
import { App } from "./app.tsx";
import "./style.css";

render(<App />, document.querySelector("#app")!);
