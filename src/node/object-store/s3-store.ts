/**
 * An object store in a bucket of S3, or of any server with the same protocol.
 *
 * The SDK gets address, region and credentials from the environment like all AWS tools: AWS_ENDPOINT_URL,
 * AWS_REGION, AWS_ACCESS_KEY_ID, AWS_PROFILE, roles of machines and pods. It repeats failed requests with
 * increasing pauses; incomplete bodies are continued here.
 * Not its concern: the contents of objects.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { S3Client } from "@aws-sdk/client-s3";
import { GolemError, throwIfAborted } from "../../core/error.ts";
import { checkKey, findKeyFault, type ObjectStore } from "./object-store.ts";
import { loadOptionalPackage } from "./optional-package.ts";

/** Maximum number of attempts of one request. */
const maximumAttempts = 6;
/** Pause in milliseconds before a second attempt after an incomplete body; it doubles each time. */
const firstPause = 200;
/** Maximum time until a connection is open, and without a received byte, in milliseconds. */
const connectionMilliseconds = 10_000;
const silenceMilliseconds = 60_000;
/** Keys per answer of a listing: the maximum of S3. */
const pageKeys = 1000;

/** Parses the bucket and prefix of an address; throws `usage` for one without a bucket. */
export function parseBucketAddress(address: string): { readonly bucket: string; readonly prefix: string } {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,62})(?:\/(.*))?$/i.exec(address);
  const prefix = (match?.[2] ?? "").replace(/\/+$/, "");
  if (!match || (prefix !== "" && findKeyFault(prefix) !== undefined)) {
    throw new GolemError(
      "usage",
      `${address} is not an S3 address; expected s3://BUCKET or s3://BUCKET/PREFIX.`,
      {
        hint: "Name the bucket after s3://, then a slash and the prefix.",
      },
    );
  }
  return { bucket: match[1]!, prefix };
}

/** Opens a bucket, or a prefix of one, without a request. Rejects with `missing-package`, `usage`. */
export async function openS3Store(address: string): Promise<ObjectStore> {
  const { bucket, prefix } = parseBucketAddress(address);
  // In every process, the SDK would warn on stderr about the versions of Node that it will require next year.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  const sdk = await loadOptionalPackage(
    ["@aws-sdk/client-s3"],
    `Reading ${address}`,
    () => import("@aws-sdk/client-s3"),
  );
  const client = createClient(sdk.S3Client);
  const root = prefix === "" ? "" : `${prefix}/`;
  const fail = (error: unknown, what: string, isWriting = false): GolemError =>
    describeS3Error(error, { what, bucket, isWriting });
  return {
    address: `s3://${bucket}${prefix === "" ? "" : `/${prefix}`}`,
    async *list(prefixOfKeys, { signal } = {}) {
      let token: string | undefined;
      do {
        throwIfAborted(signal);
        const page = await client
          .send(
            new sdk.ListObjectsV2Command({
              ...{ Bucket: bucket, Prefix: root + prefixOfKeys, MaxKeys: pageKeys, ContinuationToken: token },
            }),
            signal ? { abortSignal: signal } : {},
          )
          .catch((error: unknown) => {
            throwIfAborted(signal);
            throw fail(error, `the objects under ${root}${prefixOfKeys}`);
          });
        for (const { Key = "", Size = 0, LastModified, ETag = "" } of page.Contents ?? []) {
          // Consoles create objects of this form for empty folders.
          if (Key.endsWith("/") || !Key.startsWith(root)) continue;
          yield {
            ...{ key: Key.slice(root.length), size: Size, modified: LastModified?.getTime() ?? 0 },
            version: ETag.replaceAll('"', ""),
          };
        }
        const next = page.IsTruncated ? page.NextContinuationToken : undefined;
        if (next !== undefined && (next === token || (page.Contents ?? []).length === 0)) {
          throw fail(new Error("its list repeats itself"), `the objects under ${root}${prefixOfKeys}`);
        }
        token = next;
      } while (token !== undefined);
    },
    async read(key, start, length, { signal } = {}) {
      checkKey(key);
      const parts: Uint8Array[] = [];
      let filled = 0;
      for (let attempt = 1; length > 0; attempt++) {
        throwIfAborted(signal);
        try {
          const range = `bytes=${start + filled}-${start + length - 1}`;
          const { Body, ContentRange } = await client.send(
            new sdk.GetObjectCommand({ Bucket: bucket, Key: root + key, Range: range }),
            signal ? { abortSignal: signal } : {},
          );
          checkRange(ContentRange, start + filled, key, bucket);
          for await (const chunk of (Body ?? []) as AsyncIterable<Uint8Array>) {
            parts.push(chunk.subarray(0, length - filled));
            filled += chunk.length;
            // Leaving the loop ends the connection, since a body may be endless.
            if (filled > length) break;
          }
          break;
        } catch (error) {
          throwIfAborted(signal);
          const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
          // The object ends here.
          if (name === "InvalidRange" || $metadata?.httpStatusCode === 416) break;
          if (error instanceof GolemError) throw error;
          if ($metadata?.httpStatusCode !== undefined || attempt >= maximumAttempts) throw fail(error, key);
          await pause(firstPause * 2 ** (attempt - 1), undefined, signal ? { signal } : {});
        }
      }
      return parts.length === 1 ? parts[0]! : new Uint8Array(Buffer.concat(parts));
    },
    async write(key, bytes) {
      checkKey(key);
      await client
        .send(new sdk.PutObjectCommand({ Bucket: bucket, Key: root + key, Body: bytes }))
        .catch((error: unknown) => {
          throw fail(error, key, true);
        });
    },
  };
}

/** Throws `fetch-failed` if an answer has other bytes than requested: not all servers support ranges. */
function checkRange(range: string | undefined, from: number, key: string, bucket: string): void {
  const found = /^bytes (\d+)-/.exec(range ?? "")?.[1];
  if (found === undefined ? from === 0 : Number(found) === from) return;
  throw new GolemError(
    "fetch-failed",
    `Reading ${key} in the bucket ${bucket} failed: bytes from ${from} were requested; received ${found === undefined ? "the whole object" : `those from ${found}`}.`,
    { hint: "The server, and any proxy in front of it, must support requests with Range." },
  );
}

function createClient(Client: typeof S3Client): S3Client {
  const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  const isOther = Boolean(AWS_ENDPOINT_URL_S3 ?? AWS_ENDPOINT_URL);
  return new Client({
    maxAttempts: maximumAttempts,
    retryMode: "standard",
    // Limits on the time without a byte, of connections and within answers.
    requestHandler: { connectionTimeout: connectionMilliseconds, socketTimeout: silenceMilliseconds },
    // Other servers have one address for all buckets, and do not support the newer checksums.
    forcePathStyle: isOther,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    ...(AWS_REGION || AWS_DEFAULT_REGION || !isOther ? {} : { region: "us-east-1" }),
  });
}

function describeS3Error(
  error: unknown,
  {
    what,
    bucket,
    isWriting,
  }: { readonly what: string; readonly bucket: string; readonly isWriting: boolean },
): GolemError {
  if (error instanceof GolemError) return error;
  const {
    name = "",
    message = "",
    code,
    $metadata,
  } = error as {
    readonly name?: string;
    readonly message?: string;
    readonly code?: string;
    readonly $metadata?: { readonly httpStatusCode?: number };
  };
  const status = $metadata?.httpStatusCode;
  if (name === "NoSuchBucket") {
    return new GolemError("data-not-found", `There is no bucket ${bucket}.`, {
      hint: "Check its name, AWS_REGION and AWS_ENDPOINT_URL.",
      cause: error,
    });
  }
  if (name === "NoSuchKey" || name === "NotFound" || status === 404) {
    return new GolemError("data-not-found", `There is no object ${what} in the bucket ${bucket}.`, {
      hint: "Check the address.",
      cause: error,
    });
  }
  const hint =
    status === 401 || status === 403 || /credential|token/i.test(name + message)
      ? "Check the credentials (AWS_PROFILE, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY) and their permissions."
      : "Check the network and AWS_ENDPOINT_URL, then try again: finished work is kept.";
  const reason = message || code || name || String(error);
  return new GolemError(
    isWriting ? "output-failed" : "fetch-failed",
    `${isWriting ? "Writing" : "Reading"} ${what} in the bucket ${bucket} failed: ${reason.replace(/\.$/, "")}.`,
    { hint, cause: error },
  );
}
