/**
 * A restricted reader of Python pickles: builds plain data, and calls nothing but the callables it was given.
 *
 * A pickle is a program for a stack machine that may name any Python callable and run it. Here a name outside
 * the list given is refused the moment it is read, before anything else happens. Opcodes: CPython's
 * Lib/pickletools.py; those that make instances of classes (INST, OBJ, NEWOBJ) or extensions are refused as
 * well.
 * Not its concern: tensors, PyTorch.
 */
import { GolemError } from "../../../core/error.ts";

/**
 * What a pickle can hold here. Lists and tuples are arrays, dictionaries are maps; `PickleObject`s come from
 * callables.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | string
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | PickleObject;

/** Something made, or stood for, by a name of the list given to `unpickle`. */
export interface PickleObject {
  readonly kind: string;
}

/** A name the pickle may use: called with the arguments, when it is called. */
export type PickleCallable = PickleObject & {
  readonly kind: "callable";
  call(args: readonly PickleValue[]): PickleValue;
};

/** What the pickle may do. */
export interface UnpickleOptions {
  /** Name of the file, for errors. */
  readonly file: string;
  /** Python names ("module name") and what stands for them. */
  readonly globals: ReadonlyMap<string, PickleObject>;
  /** Resolves a persistent id. */
  loadPersistent(id: PickleValue): PickleValue;
}

/** A pickle and how many bytes it took, for files with several in a row. */
export interface Unpickled {
  readonly value: PickleValue;
  readonly length: number;
}

/** Most instructions that are run; those of published checkpoints have some ten thousand. */
const maximumInstructions = 1_000_000;
/** Longest name in a message, in characters. */
const maximumNameLength = 100;

const mark = Symbol("mark");
const text = new TextDecoder("utf-8", { fatal: true });

/**
 * Runs a pickle. Throws `weights-damaged` for names that are not allowed, opcodes that are not data, and
 * cut-off bytes.
 */
export function unpickle(bytes: Uint8Array, { file, globals, loadPersistent }: UnpickleOptions): Unpickled {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stack: (PickleValue | typeof mark)[] = [];
  const memo = new Map<number, PickleValue>();
  let at = 0;

  const fail = (found: string): never => {
    throw new GolemError("weights-damaged", `${file} is not a valid checkpoint: ${found}.`, {
      hint: "Use a model.safetensors of the same model, or download the file again.",
    });
  };
  const take = (count: number) => {
    if (count < 0 || at + count > bytes.length) fail(`its pickle is cut off at byte ${at}`);
    at += count;
    return at - count;
  };
  const takeText = (count: number): string => {
    const start = take(count);
    try {
      return text.decode(bytes.subarray(start, start + count));
    } catch {
      return fail(`its pickle has text that is not UTF-8 at byte ${start}`);
    }
  };
  const takeLine = (): string => {
    const end = bytes.indexOf(10, at);
    if (end < 0) fail(`its pickle is cut off at byte ${at}`);
    const line = takeText(end - at);
    at++;
    return line;
  };
  const takeInteger = (count: number): number => {
    if (count > 8) fail("its pickle holds an integer of more than 64 bits");
    const start = take(count);
    let value = 0n;
    for (let i = 0; i < count; i++) value |= BigInt(bytes[start + i]!) << BigInt(8 * i);
    return Number(BigInt.asIntN(8 * count, value));
  };
  const pop = (): PickleValue => {
    const value = stack.pop();
    return value === undefined || value === mark ? fail("its pickle takes from an empty stack") : value;
  };
  const popToMark = (): PickleValue[] => {
    const start = stack.lastIndexOf(mark);
    if (start < 0) fail("its pickle lacks a mark");
    return stack.splice(start).slice(1) as PickleValue[];
  };
  const top = (): PickleValue => {
    const value = pop();
    stack.push(value);
    return value;
  };
  const setItems = (items: PickleValue[]) => {
    const target = top();
    if (!(target instanceof Map) || items.length % 2)
      return void fail("its pickle sets items of what is no dictionary");
    for (let i = 0; i < items.length; i += 2) target.set(items[i]!, items[i + 1]!);
  };
  const append = (items: PickleValue[]) => {
    const target = top();
    if (!Array.isArray(target)) return void fail("its pickle appends to what is no list");
    for (const item of items) target.push(item);
  };
  const pushGlobal = (name: string) => {
    const object = globals.get(name);
    if (object) stack.push(object);
    else {
      const short = name.slice(0, maximumNameLength).replace(" ", ".");
      fail(`its pickle asks for Python's '${short}', which is not part of a tensor; nothing of it was run`);
    }
  };
  const recall = (slot: number) => {
    const value = memo.get(slot);
    stack.push(value === undefined ? fail(`its pickle recalls what it never stored (${slot})`) : value);
  };

  for (let instructions = 0; ; instructions++) {
    if (instructions === maximumInstructions) {
      fail(`its pickle has more than ${maximumInstructions} instructions`);
    }
    const opcode = bytes[take(1)]!;
    switch (opcode) {
      case 0x80: // PROTO
        if (bytes[take(1)]! > 5) fail("its pickle is of an unknown version");
        break;
      case 0x95: // FRAME
        take(8);
        break;
      case 0x2e: // STOP
        return { value: pop(), length: at };
      case 0x28: // MARK
        stack.push(mark);
        break;
      case 0x30: // POP
        stack.pop();
        break;
      case 0x4e: // NONE
        stack.push(null);
        break;
      case 0x88: // NEWTRUE
        stack.push(true);
        break;
      case 0x89: // NEWFALSE
        stack.push(false);
        break;
      case 0x4b: // BININT1
        stack.push(bytes[take(1)]!);
        break;
      case 0x4d: // BININT2
        stack.push(view.getUint16(take(2), true));
        break;
      case 0x4a: // BININT
        stack.push(view.getInt32(take(4), true));
        break;
      case 0x8a: // LONG1
        stack.push(takeInteger(bytes[take(1)]!));
        break;
      case 0x47: // BINFLOAT
        stack.push(view.getFloat64(take(8)));
        break;
      case 0x58: // BINUNICODE
        stack.push(takeText(view.getUint32(take(4), true)));
        break;
      case 0x8c: // SHORT_BINUNICODE
      case 0x55: // SHORT_BINSTRING, of Python 2
        stack.push(takeText(bytes[take(1)]!));
        break;
      case 0x29: // EMPTY_TUPLE
      case 0x5d: // EMPTY_LIST
        stack.push([]);
        break;
      case 0x7d: // EMPTY_DICT
        stack.push(new Map());
        break;
      case 0x85: // TUPLE1
        stack.push([pop()]);
        break;
      case 0x86: // TUPLE2
      case 0x87: {
        // TUPLE3
        const items = [pop(), pop()];
        if (opcode === 0x87) items.push(pop());
        stack.push(items.reverse());
        break;
      }
      case 0x74: // TUPLE
      case 0x6c: // LIST
        stack.push(popToMark());
        break;
      case 0x61: // APPEND
        append([pop()]);
        break;
      case 0x65: // APPENDS
        append(popToMark());
        break;
      case 0x73: // SETITEM
        setItems([pop(), pop()].reverse());
        break;
      case 0x75: // SETITEMS
        setItems(popToMark());
        break;
      case 0x71: // BINPUT
        memo.set(bytes[take(1)]!, top());
        break;
      case 0x72: // LONG_BINPUT
        memo.set(view.getUint32(take(4), true), top());
        break;
      case 0x94: // MEMOIZE
        memo.set(memo.size, top());
        break;
      case 0x68: // BINGET
        recall(bytes[take(1)]!);
        break;
      case 0x6a: // LONG_BINGET
        recall(view.getUint32(take(4), true));
        break;
      case 0x63: // GLOBAL
        pushGlobal(`${takeLine()} ${takeLine()}`);
        break;
      case 0x93: {
        // STACK_GLOBAL
        const [name, module] = [pop(), pop()];
        if (typeof module !== "string" || typeof name !== "string")
          return fail("its pickle names a global by what is no text");
        pushGlobal(`${module} ${name}`);
        break;
      }
      case 0x51: // BINPERSID
        stack.push(loadPersistent(pop()));
        break;
      case 0x52: {
        // REDUCE
        const args = pop();
        const callable = pop();
        if (!isCallable(callable) || !Array.isArray(args))
          return fail("its pickle calls what is no function");
        stack.push(callable.call(args));
        break;
      }
      case 0x62: // BUILD: attributes of an object (a state dict has its versions there); not needed
        pop();
        top();
        break;
      default:
        return fail(
          `its pickle has the instruction 0x${opcode.toString(16)} at byte ${at - 1}, which is not data`,
        );
    }
  }
}

function isCallable(value: PickleValue): value is PickleCallable {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "callable";
}
