import { expect, test } from 'vitest';
import { packSqlState } from './ereport.ts';
import { extensionFiles } from './extension-files.ts';
import * as fmgr from './index.ts';

test('the entry point exports these names and no others', () => {
  expect(Object.keys(fmgr).sort()).toEqual([
    'AbiError',
    'Call',
    'PEER_RANGE',
    'RowStore',
    'SqlError',
    'callBuiltin',
    'cancelStatement',
    'checkForInterrupts',
    'currentUserId',
    'databaseEncoding',
    'defineExtension',
    'defineLibrary',
    'doubleFileGrowth',
    'ereport',
    'executeSql',
    'extensionFiles',
    'foreignServer',
    'isSuperuser',
    'openRelation',
    'requireServerUsage',
    'roleName',
    'setting',
    'statementDeadline',
    'statementStart',
    'userMappingOptions',
    'withSettings',
    'writeFiles',
  ]);
});

test('an SQLSTATE is packed as MAKE_SQLSTATE packs it', () => {
  expect(packSqlState('00000')).toBe(0);
  expect(packSqlState('42P01')).toBe(16_908_420);
  expect(packSqlState('too long')).toBe(packSqlState('XX000'));
});

test('a control file says what the manual lists, quoted as it wants', () => {
  const files = extensionFiles({
    name: 'x',
    defaultVersion: "1'0",
    comment: "it's",
    relocatable: false,
    superuser: false,
    trusted: true,
    requires: ['a', 'b'],
    scripts: { 'x--1.sql': 'SELECT 1' },
  });
  expect(Object.fromEntries(files)).toEqual({
    'share/postgresql/extension/x.control':
      "comment = 'it''s'\ndefault_version = '1''0'\nmodule_pathname = '$libdir/x'\nrelocatable = false\n" +
      "superuser = false\ntrusted = true\nrequires = 'a, b'\n",
    'share/postgresql/extension/x--1.sql': 'SELECT 1',
  });
});
