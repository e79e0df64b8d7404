/** The name and version of this package, written into every golem. */
import packageJson from "../../package.json" with { type: "json" };

/** "golem-audio 1.2.3" */
export const createdBy: string = `${packageJson.name} ${packageJson.version}`;
