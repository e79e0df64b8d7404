/**
 * The devices that networks may run on: the execution providers of ONNX Runtime
 * (https://onnxruntime.ai/docs/execution-providers/).
 *
 * Not its concern: the devices of a machine.
 */

/** `auto`: the first accelerator that agrees with the processor and is faster. */
export const devices = ["auto", "cpu", "cuda", "webgpu", "coreml", "dml"] as const;

/** A device as named by users. */
export type Device = (typeof devices)[number];

/** The device that a network runs on. */
export type Provider = Exclude<Device, "auto">;
