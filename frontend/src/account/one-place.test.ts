import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { expect, test } from 'vitest';

const SOURCE = new URL('../', import.meta.url);

/** Which files may import a module that gives out or uses tokens. */
const ALLOWED: Record<string, string[]> = {
  // `SecondStep` asks Amplify, which sees the session of the page's person alone.
  'aws-amplify/auth': [
    'account/ConfirmStep.tsx',
    'account/Reset.tsx',
    'account/SecondStep.tsx',
    'account/SignIn.tsx',
    'account/SignUp.tsx',
    'account/enter.ts',
    'account/session.ts',
  ],
  'aws-amplify': ['account/session.ts'],
  'aws-amplify/auth/cognito': ['account/session.ts'],
  aws4fetch: ['photos/bucket.ts', 'todos/rows.ts'],
};
/** The file that alone may write a word. */
const WORDS: Record<string, string> = {
  openSession: 'account/open-owner.ts',
  Authorization: 'api/client.ts',
};

interface Found {
  modules: string[];
  /** Identifiers and strings. */
  words: Set<string>;
}

/** What a file imports, and the names and texts in it. */
function read(text: string): Found {
  const file = ts.createSourceFile('file.tsx', text, ts.ScriptTarget.Latest, false, ts.ScriptKind.TSX);
  const modules = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
  const words = new Set<string>();
  (function visit(node: ts.Node): void {
    if (ts.isIdentifier(node) || ts.isStringLiteralLike(node)) words.add(node.text);
    ts.forEachChild(node, visit);
  })(file);
  return { modules, words };
}

/** What is wrong with a file. */
function faults(name: string, text: string): string[] {
  const { modules, words } = read(text);
  const imported = modules.filter(module => ALLOWED[module] && !ALLOWED[module].includes(name));
  const used = Object.entries(WORDS).filter(([word, owner]) => words.has(word) && name !== owner);
  const own = name === 'account/session.ts';
  return [...imported, ...(own ? [] : used.map(([word]) => word))].map(what => `${name}: ${what}`);
}

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter(
  name => /\.tsx?$/.test(name) && !/\.test\.tsx?$|^testing\/|^api\/schema/.test(name),
);
const textOf = (name: string): string => readFileSync(new URL(name, SOURCE), 'utf8');

test('tokens and credentials are had from the owner of the page alone', () => {
  expect(files.length).toBeGreaterThan(100);
  expect(files.flatMap(name => faults(name, textOf(name)))).toEqual([]);
});

test.each([
  ["import { fetchAuthSession } from 'aws-amplify/auth';", 'aws-amplify/auth'],
  ["const { Amplify } = await import('aws-amplify');", 'aws-amplify'],
  ["import { openSession } from '../account/session';", 'openSession'],
  ['fetch(url, { headers: { Authorization: localStorage.token } });', 'Authorization'],
  ["import { AwsClient } from 'aws4fetch';", 'aws4fetch'],
])('a call that goes past it is found: %s', (text, what) => {
  expect(faults('todos/app.ts', text)).toEqual([`todos/app.ts: ${what}`]);
});

test('Enter is read in one place, which knows what input methods send', () => {
  const readers = files.filter(name => read(textOf(name)).words.has('Enter'));
  expect(readers).toEqual(['ui/keys.ts']);
});
