import { ByteBuilder } from './byte-builder.ts';
import { ByteCursor } from './byte-cursor.ts';
import { asciiText, malformed, wrongKind } from './bytes.ts';
import type { TypeCodec } from './codec.ts';
import { floatText } from './floats.ts';

/** Geometric types as plain objects of numbers (manual: "Geometric Types"). */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Two corners; the server keeps the upper right one first. */
export interface Box {
  readonly high: Point;
  readonly low: Point;
}

/** Points one after the other; a closed path goes back to the first. */
export interface Path {
  readonly isClosed: boolean;
  readonly points: readonly Point[];
}

/** A·x + B·y + C = 0. */
export interface Line {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** A point and the distance around it. */
export interface Circle {
  readonly center: Point;
  readonly radius: number;
}

/** All numbers of a text, whatever stands between them. */
function numbersOf(name: string, text: string): readonly number[] {
  return (text.match(/[-+0-9.eE]+|-?Infinity|NaN/g) ?? []).map((part) => {
    const value = Number(part);
    if (Number.isNaN(value) && part !== 'NaN') throw malformed(name);
    return value;
  });
}

function pointsFrom(name: string, numbers: readonly number[]): readonly Point[] {
  if (numbers.length % 2 !== 0) throw malformed(name);
  return Array.from({ length: numbers.length / 2 }, (_, index) => ({
    x: numbers[index * 2] ?? 0,
    y: numbers[index * 2 + 1] ?? 0,
  }));
}

function pointText({ x, y }: Point): string {
  return `(${floatText('point', x)},${floatText('point', y)})`;
}

/** How a shape is made of its numbers and taken apart again; its binary form is the numbers. */
interface Shape<T> {
  readonly oid: number;
  readonly arrayOid: number;
  readonly name: string;
  readonly count: number;
  readonly from: (numbers: readonly number[]) => T;
  readonly numbers: (value: T) => readonly number[];
  readonly text: (value: T) => string;
  readonly delimiter?: ';';
}

function shapeCodec<T>({ arrayOid, count, delimiter, from, name, numbers, oid, text }: Shape<T>): TypeCodec {
  const take = (values: readonly number[]): T => {
    if (values.length !== count) throw malformed(name);
    return from(values);
  };
  const apart = (value: unknown): readonly number[] => {
    if (typeof value !== 'object' || value === null) throw wrongKind(name, `a ${name} object`);
    return numbers(value as T);
  };
  return {
    oid,
    arrayOid,
    name,
    preferredFormat: 1,
    ...(delimiter === undefined ? {} : { delimiter }),
    decodeText: (bytes, start, end) => take(numbersOf(name, asciiText(bytes, start, end))),
    decodeBinary(bytes, start, end) {
      const cursor = new ByteCursor(name, bytes, start, end);
      const values = Array.from({ length: count }, () => cursor.float64());
      cursor.finish();
      return take(values);
    },
    encodeText(value) {
      apart(value);
      return text(value as T);
    },
    encodeBinary(value) {
      const builder = new ByteBuilder();
      for (const number of apart(value)) builder.float64(Number(floatText(name, number)));
      return builder.take();
    },
  };
}

function pair([ax = 0, ay = 0, bx = 0, by = 0]: readonly number[]): readonly [Point, Point] {
  return [
    { x: ax, y: ay },
    { x: bx, y: by },
  ];
}

function flat(points: readonly Point[]): readonly number[] {
  return points.flatMap(({ x, y }) => [x, y]);
}

const pointCodec = shapeCodec<Point>({
  oid: 600,
  arrayOid: 1017,
  name: 'point',
  count: 2,
  from: ([x = 0, y = 0]) => ({ x, y }),
  numbers: ({ x, y }) => [x, y],
  text: pointText,
});

const segmentCodec = shapeCodec<readonly [Point, Point]>({
  oid: 601,
  arrayOid: 1018,
  name: 'lseg',
  count: 4,
  from: pair,
  numbers: flat,
  text: (points) => `[${points.map(pointText).join(',')}]`,
});

const boxCodec = shapeCodec<Box>({
  oid: 603,
  arrayOid: 1020,
  name: 'box',
  count: 4,
  delimiter: ';',
  from(numbers) {
    const [high, low] = pair(numbers);
    return { high, low };
  },
  numbers: ({ high, low }) => flat([high, low]),
  text: ({ high, low }) => `${pointText(high)},${pointText(low)}`,
});

const lineCodec = shapeCodec<Line>({
  oid: 628,
  arrayOid: 629,
  name: 'line',
  count: 3,
  from: ([a = 0, b = 0, c = 0]) => ({ a, b, c }),
  numbers: ({ a, b, c }) => [a, b, c],
  text: ({ a, b, c }) => `{${[a, b, c].map((number) => floatText('line', number)).join(',')}}`,
});

const circleCodec = shapeCodec<Circle>({
  oid: 718,
  arrayOid: 719,
  name: 'circle',
  count: 3,
  from: ([x = 0, y = 0, radius = 0]) => ({ center: { x, y }, radius }),
  numbers: ({ center, radius }) => [center.x, center.y, radius],
  text: ({ center, radius }) => `<${pointText(center)},${floatText('circle', radius)}>`,
});

function readPoints(name: string, bytes: Uint8Array, start: number, end: number): readonly Point[] {
  const cursor = new ByteCursor(name, bytes, start, end);
  const points = Array.from({ length: cursor.count(16) }, () => ({ x: cursor.float64(), y: cursor.float64() }));
  cursor.finish();
  return points;
}

function writePoints(builder: ByteBuilder, points: readonly Point[]): Uint8Array {
  builder.int32(points.length);
  for (const number of flat(points)) builder.float64(number);
  return builder.take();
}

function requirePoints(name: string, value: unknown): readonly Point[] {
  if (!Array.isArray(value)) throw wrongKind(name, 'an array of points');
  return value;
}

const polygonCodec: TypeCodec = {
  oid: 604,
  arrayOid: 1027,
  name: 'polygon',
  preferredFormat: 1,
  decodeText: (bytes, start, end) => pointsFrom('polygon', numbersOf('polygon', asciiText(bytes, start, end))),
  decodeBinary: (bytes, start, end) => readPoints('polygon', bytes, start, end),
  encodeText: (value) => `(${requirePoints('polygon', value).map(pointText).join(',')})`,
  encodeBinary: (value) => writePoints(new ByteBuilder(), requirePoints('polygon', value)),
};

function requirePath(value: unknown): Path {
  if (typeof value !== 'object' || value === null || !('points' in value)) throw wrongKind('path', 'a path object');
  return value as Path;
}

const pathCodec: TypeCodec = {
  oid: 602,
  arrayOid: 1019,
  name: 'path',
  preferredFormat: 1,
  decodeText(bytes, start, end): Path {
    const text = asciiText(bytes, start, end);
    return { isClosed: text.startsWith('('), points: pointsFrom('path', numbersOf('path', text)) };
  },
  decodeBinary: (bytes, start, end): Path => ({
    isClosed: bytes[start] === 1,
    points: readPoints('path', bytes, start + 1, end),
  }),
  encodeText(value) {
    const { isClosed, points } = requirePath(value);
    const inner = points.map(pointText).join(',');
    return isClosed ? `(${inner})` : `[${inner}]`;
  },
  encodeBinary(value) {
    const { isClosed, points } = requirePath(value);
    return writePoints(new ByteBuilder().byte(isClosed ? 1 : 0), points);
  },
};

export const geometryCodecs: readonly TypeCodec[] = [
  pointCodec,
  segmentCodec,
  pathCodec,
  boxCodec,
  polygonCodec,
  lineCodec,
  circleCodec,
];
