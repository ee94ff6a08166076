import { type Expression, headOf, readExpressions } from './expressions.ts';
import { LOCAL, MEMORY, PLAIN, TYPES } from './instructions.ts';

/**
 * Assembles a module of the WebAssembly text format: folded instructions only, one memory, functions and data. Anything
 * else is refused. A function that is not exported becomes part of each function that calls it, since a call takes as
 * long as most of what we call: it has to set its locals before it reads them.
 */

type Bytes = readonly number[];

interface Signature {
  readonly parameters: readonly (readonly [name: string, type: string])[];
  readonly results: readonly string[];
}

interface FunctionSource extends Signature {
  readonly name: string;
  readonly exportedAs: string | undefined;
  readonly locals: readonly (readonly [name: string, type: string])[];
  readonly body: readonly Expression[];
}

/** What an instruction may name. */
interface Scope {
  /** Locals of the function and of those that became part of it; the latter's begin with the name of theirs. */
  readonly locals: readonly string[];
  /** Whose locals the instruction names. */
  readonly owner: string;
  readonly inner: ReadonlyMap<string, FunctionSource>;
  /** Labels of the constructs around it, the innermost one last. */
  readonly labels: readonly string[];
}

const MAGIC_AND_VERSION: Bytes = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const NO_RESULT = 0x40;
const END = 0x0b;

/** The bytes of the module that has these fields. */
export function assemble(text: string): Uint8Array {
  const fields = readExpressions(text);
  const named = (name: string): readonly (readonly Expression[])[] =>
    fields.map(headOf).flatMap(([field, rest]) => (field === name ? [rest] : []));
  const known = ['memory', 'func', 'data'].reduce((sum, name) => sum + named(name).length, 0);
  if (known !== fields.length) throw new Error('a module has one memory, functions and data here');
  const all = named('func').map(readFunction);
  const functions = all.filter(({ exportedAs }) => exportedAs !== undefined);
  const inner = new Map(all.flatMap((source) => (source.exportedAs === undefined ? [[source.name, source]] : [])));
  const types = functions.map(typeOf);
  const distinct = [...new Map(types.map((type) => [String(type), type])).values()];
  const typeIndexes = types.map((type) => unsigned(distinct.findIndex((other) => String(other) === String(type))));
  const [memory = []] = named('memory');
  const memoryExport = [...text8(exportNameOf(memory[0]) ?? ''), 2, 0];
  const exported = functions.map(({ exportedAs = '' }, index) => [...text8(exportedAs), 0, ...unsigned(index)]);
  return Uint8Array.from([
    ...MAGIC_AND_VERSION,
    ...section(1, distinct),
    ...section(3, typeIndexes),
    ...section(5, [[0, ...unsigned(Number(memory[1]))]]),
    ...section(7, [memoryExport, ...exported]),
    ...section(
      10,
      functions.map((source) => codeOf(source, inner)),
    ),
    ...section(11, named('data').map(dataOf)),
  ]);
}

function readFunction([name, ...parts]: readonly Expression[]): FunctionSource {
  const parameters: (readonly [string, string])[] = [];
  const locals: (readonly [string, string])[] = [];
  const results: string[] = [];
  const body: Expression[] = [];
  let exportedAs: string | undefined;
  for (const part of parts) {
    const [head, rest] = headOf(part);
    if (head === 'export') exportedAs = exportNameOf(part);
    else if (head === 'param') parameters.push([String(rest[0]), String(rest[1])]);
    else if (head === 'local') locals.push([String(rest[0]), String(rest[1])]);
    else if (head === 'result') results.push(String(rest[0]));
    else body.push(part);
  }
  return { name: String(name), exportedAs, parameters, locals, results, body };
}

function exportNameOf(expression: Expression | undefined): string | undefined {
  const [head, rest] = headOf(expression ?? '');
  return head === 'export' ? String(rest[0]).slice(1, -1) : undefined;
}

function typeOf({ parameters, results }: Signature): Bytes {
  const list = (types: readonly string[]): Bytes => vector(types.map((type) => [typeCode(type)]));
  return [0x60, ...list(parameters.map(([, type]) => type)), ...list(results)];
}

function codeOf(source: FunctionSource, inner: ReadonlyMap<string, FunctionSource>): Bytes {
  const called = calledBy(source.body, inner);
  const own = source.locals.map(([name, type]) => [`${source.name}${name}`, type] as const);
  const others = called.flatMap(({ name: owner, parameters, locals }) =>
    [...parameters, ...locals].map(([name, type]) => [`${owner}${name}`, type] as const),
  );
  const names = [
    ...source.parameters.map(([name]) => `${source.name}${name}`),
    ...[...own, ...others].map(([name]) => name),
  ];
  if (new Set(names).size !== names.length) throw new Error(`${source.name} has two locals of one name`);
  const scope = { locals: names, owner: source.name, inner, labels: [] };
  const code = [
    ...vector([...own, ...others].map(([, type]) => [1, typeCode(type)])),
    ...source.body.flatMap((instruction) => instructionOf(instruction, scope)),
    END,
  ];
  return [...unsigned(code.length), ...code];
}

/** The functions that become part of one with this body. */
function calledBy(body: readonly Expression[], inner: ReadonlyMap<string, FunctionSource>): readonly FunctionSource[] {
  const found = new Set<FunctionSource>();
  const look = (expression: Expression): void => {
    if (typeof expression === 'string') return;
    const called = expression[0] === 'call' ? inner.get(String(expression[1])) : undefined;
    if (called !== undefined && !found.has(called)) {
      found.add(called);
      called.body.forEach(look);
    }
    expression.forEach(look);
  };
  body.forEach(look);
  return [...found];
}

/** Leaves the parameters where the body looks for them, and the result on the stack. */
function callOf([name, ...operands]: readonly Expression[], scope: Scope): Bytes {
  const called = scope.inner.get(String(name));
  if (called?.parameters.length !== operands.length) throw new Error(`${String(name)} cannot be called so`);
  const inside = { ...scope, owner: called.name };
  return [
    ...operands.flatMap((operand) => instructionOf(operand, scope)),
    ...called.parameters.toReversed().flatMap(([parameter]) => [0x21, ...unsigned(localOf(inside, parameter))]),
    ...called.body.flatMap((instruction) => instructionOf(instruction, inside)),
  ];
}

function instructionOf(expression: Expression, scope: Scope): Bytes {
  const [head, rest] = headOf(expression);
  const all = (operands: readonly Expression[]): Bytes => operands.flatMap((operand) => instructionOf(operand, scope));
  const plain = PLAIN[head];
  if (plain !== undefined) return [...all(rest), plain];
  const local = LOCAL[head];
  if (local !== undefined) return [...all(rest.slice(1)), local, ...unsigned(localOf(scope, rest[0]))];
  const memory = MEMORY[head];
  if (memory !== undefined) {
    const offset = /^offset=(\d+)$/.exec(String(rest[0]))?.[1];
    return [...all(offset === undefined ? rest : rest.slice(1)), memory, 0, ...unsigned(Number(offset ?? 0))];
  }
  switch (head) {
    case 'i32.const':
      return [0x41, ...signed(BigInt.asIntN(32, BigInt(String(rest[0]))))];
    case 'i64.const':
      return [0x42, ...signed(BigInt.asIntN(64, BigInt(String(rest[0]))))];
    case 'call':
      return callOf(rest, scope);
    case 'br':
      return [0x0c, ...unsigned(depthOf(scope, rest[0]))];
    case 'br_if':
      return [...all(rest.slice(1)), 0x0d, ...unsigned(depthOf(scope, rest[0]))];
    case 'block':
      return [0x02, NO_RESULT, ...inside(rest.slice(1), scope, String(rest[0])), END];
    case 'loop':
      return [0x03, NO_RESULT, ...inside(rest.slice(1), scope, String(rest[0])), END];
    case 'if':
      return conditional(rest, scope);
    default:
      throw new Error(`${head} is no instruction that is used here`);
  }
}

/** `(if condition (then …) (else …))`; neither arm gives a value. */
function conditional([condition, ...arms]: readonly Expression[], scope: Scope): Bytes {
  const [yes = [], no] = arms.map((arm) => inside(headOf(arm)[1], scope, ''));
  const otherwise = no === undefined ? [] : [0x05, ...no];
  return [...instructionOf(condition ?? '', scope), 0x04, NO_RESULT, ...yes, ...otherwise, END];
}

function inside(body: readonly Expression[], scope: Scope, label: string): Bytes {
  const inner = { ...scope, labels: [...scope.labels, label] };
  return body.flatMap((instruction) => instructionOf(instruction, inner));
}

function depthOf({ labels }: Scope, label: Expression | undefined): number {
  const depth = [...labels].reverse().indexOf(String(label));
  if (depth < 0) throw new Error(`no construct around this is called ${String(label)}`);
  return depth;
}

function localOf({ locals, owner }: Scope, name: Expression | undefined): number {
  const index = locals.indexOf(`${owner}${String(name)}`);
  if (index < 0) throw new Error(`${owner} has no local called ${String(name)}`);
  return index;
}

/** `(data (i32.const ADDRESS) "\xx…")`, every byte as two hexadecimal digits. */
function dataOf([address, ...strings]: readonly Expression[]): Bytes {
  const bytes = strings.flatMap((text) => [...String(text).matchAll(/\\([0-9a-f]{2})/g)].map(([, hex]) => `0x${hex}`));
  const scope = { locals: [], owner: '', inner: new Map(), labels: [] };
  return [0, ...instructionOf(address ?? '', scope), END, ...vector(bytes.map((hex) => [Number(hex)]))];
}

function typeCode(type: string): number {
  const code = TYPES[type];
  if (code === undefined) throw new Error(`${type} is no type that is used here`);
  return code;
}

function section(id: number, entries: readonly Bytes[]): Bytes {
  const payload = vector(entries);
  return [id, ...unsigned(payload.length), ...payload];
}

function vector(entries: readonly Bytes[]): Bytes {
  return [...unsigned(entries.length), ...entries.flat()];
}

function text8(text: string): Bytes {
  return vector([...new TextEncoder().encode(text)].map((byte) => [byte]));
}

/** Unsigned LEB128. */
function unsigned(value: number): Bytes {
  return value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...unsigned(Math.floor(value / 0x80))];
}

/** Signed LEB128. */
function signed(value: bigint): Bytes {
  const low = Number(value & 0x7fn);
  const rest = value >> 7n;
  const isLast = (rest === 0n && low < 0x40) || (rest === -1n && low >= 0x40);
  return isLast ? [low] : [low | 0x80, ...signed(rest)];
}
