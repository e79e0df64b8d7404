/** Setup file: how many inputs fast-check tries where a property does not say. */
import { fc } from "@fast-check/vitest";
import { scaleRuns } from "./effort.ts";

fc.configureGlobal({ ...fc.readConfigureGlobal(), numRuns: scaleRuns(100) });
