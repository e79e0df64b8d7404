/** What axe-core finds wrong with a page in a real browser. */
import axe from "axe-core";
import type { Page } from "playwright-core";

/** Violations as "rule: element"; with everything that can be opened, open. */
export async function findViolations(page: Page): Promise<string[]> {
  await page.evaluate(() => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
  await page.evaluate(`${axe.source};0`);
  const { violations } = (await page.evaluate("axe.run()")) as {
    violations: { id: string; nodes: { html: string }[] }[];
  };
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}
