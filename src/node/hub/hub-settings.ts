/**
 * Address, cache folder and token of the Hugging Face Hub, from the environment variables that Hugging Face's
 * own libraries read (https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables).
 */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { GolemError } from "../../core/error.ts";

/** Settings of the Hub client. */
export interface HubSettings {
  /** HF_ENDPOINT, without a trailing slash. */
  readonly endpoint: string;
  /** Folder of the standard cache: HF_HUB_CACHE, else HF_HOME/hub. */
  readonly cache: string;
  /** HF_TOKEN, else the file that `hf auth login` writes; undefined if absent. Never in messages. */
  readonly token: string | undefined;
  /** HF_HUB_OFFLINE: no requests, only the cache is used. */
  readonly offline: boolean;
  /** Milliseconds before the first retry; each further pause is twice as long. */
  readonly retryMilliseconds: number;
  /** Milliseconds without a received byte after which a request is aborted. */
  readonly silenceMilliseconds: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Gets the settings from the environment.
 *
 * @throws GolemError `invalid-option` if HF_ENDPOINT is not a URL.
 */
export function getHubSettings(env: Environment = process.env): HubSettings {
  const userHome = (process.platform === "win32" ? env.USERPROFILE : env.HOME) || homedir();
  const expand = (path: string): string => resolve(path.replace(/^~(?=$|[\\/])/, () => userHome));
  const home = expand(env.HF_HOME || join(env.XDG_CACHE_HOME || join(userHome, ".cache"), "huggingface"));
  return {
    endpoint: parseEndpoint(env.HF_ENDPOINT || "https://huggingface.co"),
    cache: expand(env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE || join(home, "hub")),
    token: getToken(env, expand(env.HF_TOKEN_PATH || join(home, "token"))),
    offline: isTrue(env.HF_HUB_OFFLINE) || isTrue(env.TRANSFORMERS_OFFLINE),
    retryMilliseconds: 1000,
    silenceMilliseconds: 60_000,
  };
}

function getToken(env: Environment, file: string): string | undefined {
  const given = env.HF_TOKEN || env.HUGGING_FACE_HUB_TOKEN;
  if (given !== undefined && given !== "") return clean(given);
  if (isTrue(env.HF_HUB_DISABLE_IMPLICIT_TOKEN)) return undefined;
  try {
    return clean(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Removes surrounding line ends from the token; a token with characters that are invalid in a header is
 * rejected without being shown.
 */
function clean(token: string): string | undefined {
  const trimmed = token.trim();
  if (trimmed === "") return undefined;
  if (/^[\x21-\x7e]{1,4096}$/.test(trimmed)) return trimmed;
  throw new GolemError(
    "invalid-option",
    "The Hugging Face token contains invalid characters; expected one line of ASCII letters.",
    { hint: "Set HF_TOKEN again, or run `hf auth login`." },
  );
}

function parseEndpoint(text: string): string {
  let url: URL | undefined;
  try {
    url = new URL(text);
  } catch {
    // The error is reported below.
  }
  if (url && /^https?:$/.test(url.protocol) && url.username === "" && url.search === "" && url.hash === "") {
    return url.href.replace(/\/+$/, "");
  }
  throw new GolemError(
    "invalid-option",
    `HF_ENDPOINT is "${text.replace(/\/\/[^/@]*@/, "//...@")}"; expected an address such as https://huggingface.co.`,
    { hint: "Correct it, or unset it to use huggingface.co." },
  );
}

function isTrue(value: string | undefined): boolean {
  return /^(1|on|yes|true)$/i.test(value ?? "");
}
