/**
 * The first script of the page of `golem review`.
 *
 * Not its concern: the page itself.
 */
import { render } from "preact";
import { ReviewPage } from "./review-page.tsx";
import "../../view/look.css";
import "./review.css";

render(<ReviewPage />, document.querySelector("#app")!);
