import { describe, expect, it } from 'vitest';
import { encodeCopyRow } from './copy-text.ts';

describe('a row in the text format of COPY', () => {
  it.each([
    { name: 'parts fields by tabs and ends with a newline', row: ['a', 1, true], text: 'a\t1\ttrue\n' },
    { name: 'writes NULL as backslash N, which text never is', row: [null, '\\N'], text: '\\N\t\\\\N\n' },
    { name: 'escapes what would end a field or a row', row: ['a\tb\nc\rd\\e'], text: 'a\\tb\\nc\\rd\\\\e\n' },
    { name: 'keeps the empty string apart from NULL', row: [''], text: '\n' },
    { name: 'leaves text beyond ASCII alone', row: ['臺灣 🇹🇼'], text: '臺灣 🇹🇼\n' },
    { name: 'writes a moment in UTC', row: [new Date(1517932242400)], text: '2018-02-06T15:50:42.400Z\n' },
    { name: 'writes an array of numbers', row: [[1, 2]], text: '{1,2}\n' },
    {
      name: 'quotes each text of an array, then escapes for COPY',
      row: [['a"b', 'c\\d', '']],
      text: '{"a\\\\"b","c\\\\\\\\d",""}\n',
    },
    {
      name: 'writes an object as JSON',
      row: [{ felt: null, place: 'a\nb' }],
      text: '{"felt":null,"place":"a\\\\nb"}\n',
    },
  ])('$name', ({ row, text }) => {
    expect(encodeCopyRow(row)).toBe(text);
  });
});
