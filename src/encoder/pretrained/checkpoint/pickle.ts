/**
 * A restricted reader of Python pickles: builds plain data, and calls only the callables that it is given.
 *
 * A pickle is a program for a stack machine that may name any Python callable and run it. Here a name that is
 * not in the given list is rejected as soon as it is read, before any later instruction. Opcodes: CPython's
 * Lib/pickletools.py; those that make instances of classes (INST, OBJ, NEWOBJ) or extensions are rejected as
 * well. Not its concern: tensors, PyTorch.
 */
import { GolemError } from "../../../core/error.ts";

/**
 * Values that a pickle can contain here. Lists and tuples become arrays, dictionaries become maps; callables
 * return `PickleObject`s.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | string
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | PickleObject;

/** An object that a name in the list given to `unpickle` creates or represents. */
export interface PickleObject {
  readonly kind: string;
}

/** A name that the pickle may use; `call` gets the arguments if the pickle calls it. */
export type PickleCallable = PickleObject & {
  readonly kind: "callable";
  call(args: readonly PickleValue[]): PickleValue;
};

/** What the pickle may do. */
interface UnpickleOptions {
  /** Name of the file, for errors. */
  readonly file: string;
  /** The objects for Python names ("module name"). */
  readonly globals: ReadonlyMap<string, PickleObject>;
  /** Resolves a persistent id. */
  loadPersistent(id: PickleValue): PickleValue;
}

/** A pickle's value and its length in bytes, for files with several pickles in a row. */
export interface Unpickled {
  readonly value: PickleValue;
  readonly length: number;
}

/** Maximum number of instructions; pickles of published checkpoints have some ten thousand. */
const maximumInstructions = 1_000_000;
/** Maximum length of a name in a message, in characters. */
const maximumNameLength = 100;

const mark = Symbol("mark");
const text = new TextDecoder("utf-8", { fatal: true });

/**
 * Runs a pickle. Throws `weights-damaged` for names that are not allowed, opcodes other than those for data,
 * and truncated input.
 */
export function unpickle(bytes: Uint8Array, options: UnpickleOptions): Unpickled {
  const machine = new Machine(bytes, options);
  for (let count = 0; ; count++) {
    if (count === maximumInstructions) {
      machine.fail(`its pickle has more than ${maximumInstructions} instructions`);
    }
    const opcode = machine.takeByte();
    if (opcode === stop) return { value: machine.pop(), length: machine.at };
    const run = instructions.get(opcode);
    if (!run) {
      const name = `0x${opcode.toString(16)}`;
      return machine.fail(
        `its pickle has the instruction ${name} at byte ${machine.at - 1}, which is not data`,
      );
    }
    run(machine);
  }
}

/** The state of the interpreter: the bytes of a pickle, stack and memo. */
class Machine {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly options: UnpickleOptions;
  readonly stack: (PickleValue | typeof mark)[] = [];
  readonly memo = new Map<number, PickleValue>();
  /** Position of the next byte. */
  at = 0;

  constructor(bytes: Uint8Array, options: UnpickleOptions) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.options = options;
  }

  fail(found: string): never {
    throw new GolemError("weights-damaged", `${this.options.file} is not a valid checkpoint: ${found}.`, {
      hint: "Use a model.safetensors of the same model, or download the file again.",
    });
  }

  /** Moves past the next `count` bytes and returns where they start. */
  take(count: number): number {
    if (count < 0 || this.at + count > this.bytes.length)
      this.fail(`its pickle is cut off at byte ${this.at}`);
    this.at += count;
    return this.at - count;
  }

  takeByte(): number {
    return this.bytes[this.take(1)]!;
  }

  takeUint32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  takeText(count: number): string {
    const start = this.take(count);
    try {
      return text.decode(this.bytes.subarray(start, start + count));
    } catch {
      return this.fail(`its pickle has text that is not UTF-8 at byte ${start}`);
    }
  }

  takeLine(): string {
    const end = this.bytes.indexOf(10, this.at);
    if (end < 0) this.fail(`its pickle is cut off at byte ${this.at}`);
    const line = this.takeText(end - this.at);
    this.at++;
    return line;
  }

  takeInteger(count: number): number {
    if (count > 8) this.fail("its pickle holds an integer of more than 64 bits");
    const start = this.take(count);
    let value = 0n;
    for (let i = 0; i < count; i++) value |= BigInt(this.bytes[start + i]!) << BigInt(8 * i);
    return Number(BigInt.asIntN(8 * count, value));
  }

  push(value: PickleValue | typeof mark): void {
    this.stack.push(value);
  }

  pop(): PickleValue {
    const value = this.stack.pop();
    return value === undefined || value === mark ? this.fail("its pickle pops from an empty stack") : value;
  }

  /** The last `count` values, in the order in which they were pushed. */
  popMany(count: number): PickleValue[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }

  popToMark(): PickleValue[] {
    const start = this.stack.lastIndexOf(mark);
    if (start < 0) this.fail("its pickle lacks a mark");
    return this.stack.splice(start).slice(1) as PickleValue[];
  }

  top(): PickleValue {
    const value = this.pop();
    this.push(value);
    return value;
  }

  setItems(items: PickleValue[]): void {
    const target = this.top();
    if (!(target instanceof Map) || items.length % 2)
      this.fail("its pickle sets items of something that is not a dictionary");
    for (let i = 0; i < items.length; i += 2) target.set(items[i]!, items[i + 1]!);
  }

  append(items: PickleValue[]): void {
    const target = this.top();
    if (!Array.isArray(target)) this.fail("its pickle appends to something that is not a list");
    for (const item of items) target.push(item);
  }

  pushGlobal(module: PickleValue, name: PickleValue): void {
    if (typeof module !== "string" || typeof name !== "string") {
      this.fail("its pickle names a global by something that is not text");
    }
    const object = this.options.globals.get(`${module} ${name}`);
    if (!object) {
      const callable = `${module}.${name}`.slice(0, maximumNameLength);
      this.fail(
        `its pickle names Python's '${callable}', which is not part of a tensor; nothing was executed`,
      );
    }
    this.push(object);
  }

  recall(slot: number): void {
    const value = this.memo.get(slot);
    this.push(
      value === undefined ? this.fail(`its pickle reads memo slot ${slot}, which it never stored`) : value,
    );
  }

  reduce(): void {
    const args = this.pop();
    const callable = this.pop();
    if (!isCallable(callable) || !Array.isArray(args))
      this.fail("its pickle calls something that is not a function");
    this.push(callable.call(args));
  }
}

const stop = 0x2e;

/** The effect of each opcode except STOP. */
const instructions: ReadonlyMap<number, (machine: Machine) => void> = new Map([
  // PROTO, FRAME
  [0x80, (m) => void (m.takeByte() > 5 && m.fail("its pickle is of an unknown version"))],
  [0x95, (m) => void m.take(8)],
  // MARK, POP
  [0x28, (m) => m.push(mark)],
  [0x30, (m) => void m.stack.pop()],
  // NONE, NEWTRUE, NEWFALSE
  [0x4e, (m) => m.push(null)],
  [0x88, (m) => m.push(true)],
  [0x89, (m) => m.push(false)],
  // BININT1, BININT2, BININT, LONG1, BINFLOAT
  [0x4b, (m) => m.push(m.takeByte())],
  [0x4d, (m) => m.push(m.view.getUint16(m.take(2), true))],
  [0x4a, (m) => m.push(m.view.getInt32(m.take(4), true))],
  [0x8a, (m) => m.push(m.takeInteger(m.takeByte()))],
  [0x47, (m) => m.push(m.view.getFloat64(m.take(8)))],
  // BINUNICODE, SHORT_BINUNICODE, and SHORT_BINSTRING of Python 2
  [0x58, (m) => m.push(m.takeText(m.takeUint32()))],
  [0x8c, (m) => m.push(m.takeText(m.takeByte()))],
  [0x55, (m) => m.push(m.takeText(m.takeByte()))],
  // EMPTY_TUPLE, EMPTY_LIST, EMPTY_DICT
  [0x29, (m) => m.push([])],
  [0x5d, (m) => m.push([])],
  [0x7d, (m) => m.push(new Map())],
  // TUPLE1, TUPLE2, TUPLE3, TUPLE, LIST
  [0x85, (m) => m.push(m.popMany(1))],
  [0x86, (m) => m.push(m.popMany(2))],
  [0x87, (m) => m.push(m.popMany(3))],
  [0x74, (m) => m.push(m.popToMark())],
  [0x6c, (m) => m.push(m.popToMark())],
  // APPEND, APPENDS, SETITEM, SETITEMS
  [0x61, (m) => m.append(m.popMany(1))],
  [0x65, (m) => m.append(m.popToMark())],
  [0x73, (m) => m.setItems(m.popMany(2))],
  [0x75, (m) => m.setItems(m.popToMark())],
  // BINPUT, LONG_BINPUT, MEMOIZE, BINGET, LONG_BINGET
  [0x71, (m) => void m.memo.set(m.takeByte(), m.top())],
  [0x72, (m) => void m.memo.set(m.takeUint32(), m.top())],
  [0x94, (m) => void m.memo.set(m.memo.size, m.top())],
  [0x68, (m) => m.recall(m.takeByte())],
  [0x6a, (m) => m.recall(m.takeUint32())],
  // GLOBAL, STACK_GLOBAL, BINPERSID, REDUCE
  [0x63, (m) => m.pushGlobal(m.takeLine(), m.takeLine())],
  [0x93, (m) => m.pushGlobal(...(m.popMany(2) as [PickleValue, PickleValue]))],
  [0x51, (m) => m.push(m.options.loadPersistent(m.pop()))],
  [0x52, (m) => m.reduce()],
  // BUILD: attributes of an object (the versions of a state dict); not needed
  [0x62, (m) => void m.push(m.popMany(2)[0]!)],
] satisfies [number, (machine: Machine) => void][]);

function isCallable(value: PickleValue): value is PickleCallable {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "callable";
}
