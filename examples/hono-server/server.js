/**
 * A server around one golem: POST a recording to /classify, get the label as JSON.
 *
 *   npm install golem-audio hono @hono/node-server
 *   node server.js my-golem
 *   curl --data-binary @new.wav http://127.0.0.1:3000/classify
 */
import { serve } from "@hono/node-server";
import { loadGolem } from "golem-audio";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";

const golem = await loadGolem(process.argv[2] ?? "my-golem");
const app = new Hono();

app.post("/classify", bodyLimit({ maxSize: 16 << 20 }), async (context) => {
  const recording = new Uint8Array(await context.req.arrayBuffer());
  try {
    const { label, confidence, unknown } = await golem.predict(recording);
    return context.json({ label, confidence, unknown });
  } catch (error) {
    // Errors of the recording (cannot be decoded, silent, too short) have a code; other errors are faults of
    // this server.
    if (!error.code) throw error;
    return context.json({ code: error.code, message: error.message, hint: error.hint }, 422);
  }
});

const port = Number(process.env.PORT ?? 3000);
serve({ fetch: app.fetch, port, hostname: "127.0.0.1" }, (address) => {
  console.log(`http://127.0.0.1:${address.port}/classify`);
});
