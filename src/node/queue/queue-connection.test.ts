/** Connections to a real Redis: passwords, TLS, rejection. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { plan, program, runJson, waitForExit } from "../../../test/support/servers/queue-worker.ts";
import { getFreePort, hasRedis, redisNote, startRedis } from "../../../test/support/servers/redis-server.ts";
import { hidePassword } from "./queue-connection.ts";

describe.skipIf(!hasRedis)(`the connection to a queue${redisNote}`, () => {
  it("supports TLS, and reports why a queue cannot be used", async () => {
    const folder = await createScratchFolder();
    const run = await createScratchFolder();
    await plan(run);
    const rejected = await runJson(
      "embed",
      "--run",
      run,
      "--queue",
      `redis://u:p4ssw0rd@127.0.0.1:${await getFreePort()}/`,
    );
    expect(rejected.document.error).toMatchObject({ code: "queue-failed" });
    expect(rejected.document.error.message).toMatch(/ECONNREFUSED/);
    expect(rejected.stderr).not.toContain("p4ssw0rd");
    expect((await runJson("embed", "--run", run, "--queue", "http://x/")).exitCode).toBe(2);
    expect((await runJson("work")).exitCode).toBe(2);
    const guarded = await startRedis(["--requirepass", "secret"], "default:secret@");
    onTestFinished(guarded.stop);
    const open = await runJson("retry", "--run", run, "--queue", `redis://127.0.0.1:${guarded.port}/`);
    expect(open.document.error).toMatchObject({
      code: "queue-failed",
      hint: expect.stringContaining("PASSWORD"),
    });
    const { key, certificate } = await createCertificate(folder);
    if (!key) return;
    const options = [
      "--tls-port",
      "PORT",
      "--tls-cert-file",
      certificate,
      "--tls-key-file",
      key,
      "--tls-auth-clients",
      "no",
    ];
    const secure = await startRedis(options);
    onTestFinished(secure.stop);
    const untrusted = await runJson("embed", "--run", run, "--queue", secure.url);
    expect(untrusted.document.error.code).toBe("queue-failed");
    const child = spawn(process.execPath, [program, "embed", "--run", run, "--queue", secure.url], {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: certificate },
      stdio: "ignore",
    });
    expect(await waitForExit(child)).toBe(0);
  });
});

/** Creates a certificate for 127.0.0.1, if openssl is installed. */
async function createCertificate(folder: string): Promise<{ key: string; certificate: string }> {
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
  const child = spawn(
    "openssl",
    [
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-keyout",
      key,
      "-out",
      certificate,
      "-days",
      "2",
      "-subj",
      "/CN=localhost",
      "-addext",
      "subjectAltName=IP:127.0.0.1",
    ],
    { stdio: "ignore" },
  );
  const code = await new Promise((resolve) => {
    child.once("error", () => resolve(1));
    child.once("exit", resolve);
  });
  return { key: code === 0 ? key : "", certificate };
}

it("hides the password of a queue", () => {
  expect(hidePassword("rediss://user:secret@host:6380/1")).toBe("rediss://user:***@host:6380/1");
  expect(hidePassword("no address")).toBe("the queue");
});
