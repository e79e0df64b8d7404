/** Dependencies point one way, in the order of the data flow (see ARCHITECTURE.md). */
const stage = (name) => `^src/${name}/`;
const allow = (from, to) => ({
  name: `${from}-imports-only-${to.join("-") || "nothing"}`,
  severity: "error",
  from: { path: stage(from), pathNot: "\\.test\\.ts$" },
  to: { path: "^src/", pathNot: [from, ...to].map(stage) },
});

module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "no-orphans",
      severity: "error",
      from: { path: "^src/", pathNot: "\\.test\\.ts$|/index\\.ts$", orphan: true },
      to: {},
    },
    {
      name: "no-unlisted",
      severity: "error",
      from: { path: "^src/" },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown", "unknown"] },
    },
    allow("core", []),
    allow("audio", ["core"]),
    allow("encoder", ["core"]),
    allow("head", ["core"]),
    allow("evaluate", ["core"]),
    allow("store", ["core", "audio"]),
    allow("dataset", ["core", "audio"]),
    allow("doctor", ["core", "audio", "dataset", "evaluate"]),
    allow("golem", ["core", "audio", "encoder", "store", "dataset", "head", "evaluate"]),
    allow("report", ["core", "evaluate"]),
    allow("checkpoint", ["core", "audio"]),
    allow("giant", ["core", "encoder", "checkpoint"]),
    allow("node", [
      "core",
      "audio",
      "encoder",
      "checkpoint",
      "giant",
      "store",
      "dataset",
      "head",
      "evaluate",
      "golem",
      "doctor",
      "report",
    ]),
    {
      name: "pure-stages-run-anywhere",
      comment: "Only node/ and cli/ may use what Node alone has.",
      severity: "error",
      from: {
        path: "^src/(core|audio|encoder|checkpoint|giant|head|evaluate|store|dataset|golem|doctor|report)/",
        pathNot: "\\.test\\.ts$",
      },
      to: { dependencyTypes: ["core"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default"] },
  },
};
