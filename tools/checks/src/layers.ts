import type { Check, Finding } from './finding.ts';
import { listFiles, readText } from './tree.ts';

// The house's arrows: what a room may import of the family. They point down only.
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  'packages/protocol': [],
  'packages/connstring': [],
  'packages/sql': [],
  'packages/fmgr': [],
  'packages/client': ['protocol', 'connstring'],
  'packages/session': ['connstring', 'sql', 'client'],
  'packages/pglite': ['session', 'client', 'fmgr', 'connstring', 'sql', 'protocol'],
};

// Session takes connections as they are handed in: of the client it may name types only.
const TYPES_ONLY: Readonly<Record<string, readonly string[]>> = { 'packages/session': ['client'] };

const SANS_IO = [
  'packages/protocol/src/',
  'packages/connstring/src/',
  'packages/sql/src/',
  'packages/session/src/',
  'packages/client/src/machine/',
];

const IMPORT = /^(import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]/gm;
const DYNAMIC_IMPORT = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

/** Imports point down the layers, stay within `exports`, and leave the sans-I/O rooms without `node:`. */
export const layers: Check = {
  name: 'layers',
  run(root) {
    const findings: Finding[] = [];
    for (const file of listFiles(root)) {
      if (!/^packages\/[^/]+\/src\/.*\.ts$/.test(file) || isTest(file)) continue;
      const home = file.split('/').slice(0, 2).join('/');
      for (const { specifier, typeOnly } of importsOf(readText(root, file))) {
        const message = objection(file, home, specifier, typeOnly);
        if (message !== undefined) findings.push({ file, message });
      }
    }
    return findings;
  },
};

function isTest(file: string): boolean {
  return /\.(test|test-d|bench)\.ts$/.test(file);
}

function* importsOf(text: string): Generator<{ specifier: string; typeOnly: boolean }> {
  for (const match of text.matchAll(IMPORT)) yield { specifier: match[3] ?? '', typeOnly: match[2] !== undefined };
  for (const match of text.matchAll(DYNAMIC_IMPORT)) yield { specifier: match[1] ?? '', typeOnly: false };
}

function objection(file: string, home: string, specifier: string, typeOnly: boolean): string | undefined {
  if (specifier.startsWith('node:')) {
    const pure = SANS_IO.some((folder) => file.startsWith(folder));
    return pure ? `sans-I/O, yet it imports ${specifier}` : undefined;
  }
  if (specifier.startsWith('.')) {
    return /(^|\/)\.\.\/(\.\.\/)+(packages|apps|tools)\//.test(specifier) ? `deep import ${specifier}` : undefined;
  }
  if (!specifier.startsWith('@pg-dblink/')) return undefined;
  const [, name = '', ...rest] = specifier.split('/');
  if (`packages/${name}` === home) return undefined;
  if (rest.includes('src') || rest.includes('dist')) return `deep import ${specifier}`;
  if (!(ARROWS[home] ?? []).includes(name)) return `${home} may not import ${specifier}: arrows point down only`;
  if ((TYPES_ONLY[home] ?? []).includes(name) && !typeOnly) return `${home} may import only types of ${specifier}`;
  return undefined;
}
