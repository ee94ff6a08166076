import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import ts from 'typescript';
import { exampleModule, type NameSource } from './example-module.ts';
import { compilerOptions, PACKAGES, type PackageName, type PublicExport } from './public-exports.ts';

const FOLDER = join(import.meta.dirname, '..');
const ROOT = join(FOLDER, '..', '..');

/** The examples of a package as modules in a scratch folder. */
export interface WrittenExamples extends Disposable {
  readonly packageName: PackageName;
  readonly folder: string;
  /** Who each module is of, by its file's name. */
  readonly subjects: ReadonlyMap<string, string>;
}

/** Writes the examples of a package, each as a module that can be compiled and run. */
export function writeExamples(packageName: PackageName, all: readonly PublicExport[]): WrittenExamples {
  const folder = mkdtempSync(join(FOLDER, 'test', `.${packageName}-`));
  const subjects = new Map<string, string>();
  const written = new Set<string>();
  for (const { packageName: of, specifier, name, examples, place } of all) {
    // A name that two entries export is one declaration with one text.
    if (of !== packageName || written.has(place)) continue;
    written.add(place);
    for (const [at, code] of examples.entries()) {
      const file = `${specifier.split('/').slice(2).join('-') || 'index'}-${name}-${at}.ts`;
      writeFileSync(
        join(folder, file),
        exampleModule(code, name, sourcesFor(specifier, packageName, all), '../../src/given.ts'),
      );
      subjects.set(file, `${name} (${place})`);
    }
  }
  return { packageName, folder, subjects, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

/** The scene first, which plays the world around; then the example's own entry, its package, and the rest of the family. */
function sourcesFor(specifier: string, packageName: PackageName, all: readonly PublicExport[]): readonly NameSource[] {
  const scene = `../../scenes/${packageName}.ts`;
  const order = [specifier, ...[packageName, ...PACKAGES].flatMap((name) => specifiersOf(name, all))];
  return [
    { specifier: scene, names: sceneNames(packageName) },
    ...[...new Set(order)].map((from) => ({
      specifier: from,
      names: new Map(
        all.filter((exported) => exported.specifier === from).map(({ name, kind }) => [name, kind] as const),
      ),
    })),
  ];
}

function specifiersOf(packageName: PackageName, all: readonly PublicExport[]): readonly string[] {
  return [...new Set(all.filter(({ packageName: of }) => of === packageName).map(({ specifier }) => specifier))];
}

function sceneNames(packageName: PackageName): ReadonlyMap<string, 'value'> {
  const text = readFileSync(join(FOLDER, 'scenes', `${packageName}.ts`), 'utf8');
  const exported = text.matchAll(/^export (?:async )?(?:const|function|class|\{) ?(\w+)/gm);
  return new Map([...exported].map((match) => [match[1] ?? '', 'value'] as const));
}

/** What the compiler says of the examples, by the export that each is of. */
export function compileExamples({ folder, subjects }: WrittenExamples): readonly string[] {
  const files = [...subjects.keys()].map((file) => join(folder, file));
  const program = ts.createProgram(files, { ...compilerOptions(ROOT), noUnusedLocals: false });
  return files.flatMap((file) => {
    const source = program.getSourceFile(file);
    const found =
      source === undefined
        ? []
        : [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(
      ({ messageText }) => `${subjects.get(basename(file))}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
  });
}

/**
 * Runs the examples one after the other in a process of their own.
 *
 * @param environment - what the scene needs to reach a server
 * @returns what failed, by the export that each is of, and how many ran
 */
export async function runExamples(
  { packageName, folder, subjects }: WrittenExamples,
  environment: NodeJS.ProcessEnv = {},
): Promise<{ readonly failures: readonly string[]; readonly ran: number }> {
  const main = join(folder, 'main.ts');
  writeFileSync(main, mainModule(packageName, [...subjects.keys()]));
  const child = spawn(process.execPath, ['--conditions=@pg-dblink/source', '--import', 'tsx', main], {
    cwd: FOLDER,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    timeout: 90_000,
  });
  const outcomes: (readonly [file: string, failure: string | null])[] = [];
  let stderr = '';
  child.on('message', (outcome: readonly [string, string | null]) => outcomes.push(outcome));
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const [code] = await new Promise<[number | null]>((resolve) => child.once('close', (status) => resolve([status])));
  const failures = outcomes.flatMap(([file, failure]) =>
    failure === null ? [] : [`${subjects.get(file)}: ${failure}`],
  );
  if (code !== 0 || stderr !== '') failures.push(`the process ended with ${code}: ${stderr}`);
  return { failures, ran: outcomes.length };
}

function mainModule(packageName: PackageName, files: readonly string[]): string {
  return `
import * as scene from '../../scenes/${packageName}.ts';
const run = scene.run ?? ((example) => example());
const report = (file, failure) => new Promise((sent) => process.send([file, failure], sent));
for (const file of ${JSON.stringify(files)}) {
  try {
    const { example } = await import('./' + file);
    await run(example);
    await report(file, null);
  } catch (error) {
    await report(file, String(error?.stack ?? error));
  }
}
process.exit();
`;
}
