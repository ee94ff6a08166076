import { describe, expect, it } from 'vitest';
import { COMMANDS, keywordsFor, settingsFor, type Wanted, wantedAt } from './completion.ts';

describe('wantedAt', () => {
  it.each<[text: string, wanted: Wanted]>([
    ['sel', { kind: 'word', relations: [], typed: 'sel' }],
    ['', { kind: 'nothing' }],
    ['select * from ', { kind: 'relation', typed: '' }],
    ['select * from us', { kind: 'relation', typed: 'us' }],
    ['select * from a, b, us', { kind: 'relation', typed: 'us' }],
    ['select * from a join only us', { kind: 'relation', typed: 'us' }],
    ['insert into public.us', { kind: 'relation', typed: 'public.us' }],
    ['drop table "Odd na', { kind: 'relation', typed: '"Odd na' }],
    ['select * from users as u where u.na', { kind: 'column', relation: 'users', typed: 'u.na' }],
    ['select * from s.users where na', { kind: 'word', relations: ['s.users'], typed: 'na' }],
    ['select * from a, b x where x.', { kind: 'column', relation: 'b', typed: 'x.' }],
    ['select * from "From" f where f.', { kind: 'column', relation: '"From"', typed: 'f.' }],
    ['select * from users\nwhere users.', { kind: 'column', relation: 'users', typed: 'users.' }],
    ['select public.', { kind: 'relation', typed: 'public.' }],
    ["select dblink_exec('wa", { kind: 'connection', typed: 'wa' }],
    ["select * from dblink ( '", { kind: 'connection', typed: '' }],
    ["select dblink('a', 'from us", { kind: 'nothing' }],
    ["select 'from us", { kind: 'nothing' }],
    ['select $$ from us', { kind: 'nothing' }],
    ['select 1 -- from us', { kind: 'nothing' }],
    ['select 1 -- a comment\nfrom us', { kind: 'relation', typed: 'us' }],
    ["select 'it''s' from us", { kind: 'relation', typed: 'us' }],
    ['\\', { kind: 'command', typed: '\\' }],
    ['\\ec', { kind: 'command', typed: '\\ec' }],
    ['\\d us', { kind: 'relation', typed: 'us' }],
    ['\\i fi', { kind: 'file', typed: 'fi' }],
    ['\\pset bo', { kind: 'setting', typed: 'bo' }],
    ['\\set ON_', { kind: 'variable', typed: 'ON_' }],
    ['\\echo :ON_', { kind: 'variable', typed: ':ON_' }],
    ['\\timing o', { kind: 'nothing' }],
    ['\\copy us', { kind: 'relation', typed: 'us' }],
  ])('%j', (text, wanted) => {
    expect(wantedAt(text)).toEqual(wanted);
  });
});

it('keywords keep the case in which they were begun', () => {
  expect(keywordsFor('SELEC')).toEqual(['SELECT']);
  expect(keywordsFor('selec')).toEqual(['select']);
  expect(keywordsFor('xyz')).toEqual([]);
});

it('settings and commands are those that there are', () => {
  expect(settingsFor('fieldsep')).toEqual(['fieldsep', 'fieldsep_zero']);
  expect(COMMANDS).toEqual(expect.arrayContaining(['\\q', '\\if', '\\dx', '\\gexec']));
  expect(new Set(COMMANDS).size).toBe(COMMANDS.length);
});
