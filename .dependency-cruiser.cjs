/**
 * The folders of src in the order of the data flow (see ARCHITECTURE.md): each imports only those above it, and some of them less.
 */
const pure = [
  "core",
  "math",
  "onnx",
  "audio",
  "augment",
  "synth",
  "encoder",
  "dataset",
  "embed",
  "head",
  "evaluate",
  "doctor",
  "classifier",
  "golem",
  "detect",
  "export",
  "view",
  "workflow",
];
const stage = (name) => `^src/${name}/`;
const allow = (from, to) => ({
  name: `${from}-imports-only-what-is-above-it`,
  severity: "error",
  from: { path: stage(from), pathNot: "\\.test\\.tsx?$" },
  to: { path: "^src/", pathNot: [from, ...to].map(stage) },
});
const narrower = {
  onnx: ["core"],
  audio: ["core", "math"],
  augment: ["core", "math", "audio"],
  synth: ["core", "audio"],
  head: ["core", "math"],
  evaluate: ["core", "math"],
};

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
      from: {
        path: "^src/",
        pathNot: "\\.test\\.tsx?$|/index\\.ts$|^src/web/capture-worklet|^src/view/report/page-script\\.js$",
        orphan: true,
      },
      to: {},
    },
    {
      name: "no-unlisted",
      severity: "error",
      from: { path: "^src/" },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown", "unknown"], dependencyTypesNot: ["npm-peer"] },
    },
    ...pure.map((name, place) => allow(name, narrower[name] ?? pure.slice(0, place))),
    {
      name: "every-folder-has-a-place",
      comment: "A new folder of src/ belongs in the order above.",
      severity: "error",
      from: { path: "^src/[^/]+/", pathNot: [...pure, "node", "web", "server", "cli", "studio"].map(stage) },
      to: {},
    },
    {
      name: "library-is-of-node",
      severity: "error",
      from: { path: "^src/[^/]+$" },
      to: { path: "^src/", pathNot: [...pure, "node"].map(stage) },
    },
    allow("node", pure),
    {
      name: "object-stores-know-no-runs",
      comment: "node/object-store holds bytes by key; what they are is the matter of node/shards.",
      severity: "error",
      from: { path: "^src/node/object-store/", pathNot: "\\.test\\.tsx?$" },
      to: { path: "^src/", pathNot: "^src/(core|dataset|node/(object-store|disk))/" },
    },
    {
      name: "runs-know-no-queue",
      comment: "What is done is known from shards alone; node/queue only says who does what next.",
      severity: "error",
      from: { path: "^src/node/(?!queue/)", pathNot: "\\.test\\.tsx?$" },
      to: { path: "^src/node/queue/" },
    },
    allow("web", pure),
    allow("server", [...pure, "node"]),
    allow("cli", [...pure, "node", "server"]),
    allow("studio", [...pure, "web"]),
    {
      name: "pure-stages-run-anywhere",
      comment: "Only node/, server/ and cli/ may use what Node alone has.",
      severity: "error",
      from: { path: `^src/(${[...pure, "web", "studio"].join("|")})/`, pathNot: "\\.test\\.tsx?$" },
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
