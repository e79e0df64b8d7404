/**
 * The current screen, kept in the address, so that reload, back and forward work.
 *
 * Not its concern: screens.
 */
import { signal } from "@preact/signals";

/** Steps of a task, in their order. */
export const steps = ["record", "result", "try", "lessons", "take"] as const;

/** A step of a task. */
export type Step = (typeof steps)[number];

/** A screen: the list of tasks, or a step of one. */
type Route = { readonly screen: "home" } | { readonly screen: Step; readonly task: string };

/** The current screen. */
export const route = signal<Route>(readAddress());

addEventListener("hashchange", () => {
  route.value = readAddress();
});

function readAddress(): Route {
  const [, task, step] = /^#\/task\/([\w-]+)\/(\w+)$/.exec(location.hash) ?? [];
  const screen = steps.find((name) => name === step);
  return task && screen ? { screen, task } : { screen: "home" };
}

/** The address of a screen, for links. */
export function getAddress(to: Route): string {
  return to.screen === "home" ? "#/" : `#/task/${to.task}/${to.screen}`;
}

/** Goes to a screen. */
export function go(to: Route): void {
  location.hash = getAddress(to).slice(1);
  route.value = to;
}
