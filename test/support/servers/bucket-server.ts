/** A real S3 server for tests: s3rver, on a free port, in a folder of its own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import S3rver from "s3rver";
import { afterAll, beforeAll, vi } from "vitest";

/** A running server. */
export interface BucketServer {
  readonly url: string;
  /** Variables of the environment by which AWS tools find it. */
  readonly environment: Readonly<Record<string, string>>;
  put(bucket: string, key: string, bytes: Uint8Array | string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a server with buckets. */
export async function startBuckets(buckets: readonly string[]): Promise<BucketServer> {
  const folder = await mkdtemp(join(tmpdir(), "golem-s3-"));
  const server = new S3rver({ port: 0, address: "127.0.0.1", silent: true, directory: folder });
  const { port } = await server.run();
  const url = `http://127.0.0.1:${port}`;
  const environment = {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "S3RVER",
    AWS_SECRET_ACCESS_KEY: "S3RVER",
  };
  const client = new S3Client({
    ...{ endpoint: url, region: "us-east-1", forcePathStyle: true },
    requestChecksumCalculation: "WHEN_REQUIRED",
    credentials: { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" },
  });
  for (const Bucket of buckets) await client.send(new CreateBucketCommand({ Bucket }));
  return {
    ...{ url, environment },
    async put(Bucket, Key, Body) {
      await client.send(new PutObjectCommand({ Bucket, Key, Body }));
    },
    async stop() {
      client.destroy();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Runs a server during the tests of a file, with the variables of the environment that lead to it. */
export function useBuckets(names: readonly string[]): () => BucketServer {
  let server: BucketServer;
  beforeAll(async () => {
    server = await startBuckets(names);
    for (const [name, value] of Object.entries(server.environment)) vi.stubEnv(name, value);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await server?.stop();
  });
  return () => server;
}
