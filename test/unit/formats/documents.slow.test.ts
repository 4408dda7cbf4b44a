import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isFobError } from 'passfob/errors';
import { readFiles } from 'passfob/formats/read';
import { expect, it } from 'vitest';
import { root, textFiles } from '../../tools/tidy/files.ts';

/** Documents that people name by mistake. Many have a line that can be read as a header or as a token. */
const DOCUMENTS: Readonly<Record<string, readonly [look: string, text: string]>> = {
  'notes.txt': ['text', 'Call the bank, ask about the key.\nBuy milk, bread; eggs.\n'],
  'columns.txt': [
    'text',
    'secret, issuer, label\nare the names of the columns, in this order.\nSave, then import it.\nThanks\n',
  ],
  'sentence.txt': [
    'text',
    'Secret, issuer and label are columns.\nThe first line, names them, all.\nThe end.\n',
  ],
  'key.txt': ['text', 'Key\nA key is a thing for opening doors.\nIt is made of metal.\n'],
  'hotp.txt': ['text', 'HOTP is an event-based one-time password.\nTOTP is a time-based one.\n'],
  'names.txt': ['text', 'Alice\nRobert\nCharlotte\nDonaldson\n'],
  'long.txt': ['text', 'It was a dark, stormy night; the rain fell.\n'.repeat(12_000)],
  'line.txt': ['text', 'word, '.repeat(200_000)],
  Dockerfile: ['text', 'FROM node:20\nRUN echo key, secret\nCOPY . .\n'],
  'link.md': [
    'a Markdown document',
    '[Passfob](https://example.org) is a token.\n\n* key, secret\n* label\n',
  ],
  'picture.md': ['a Markdown document', '<picture>\n<img src="x">\n</picture>\n\n# Title\n\n* one\n* two\n'],
  'comment.md': ['a Markdown document', '<!-- a comment -->\n\n# Title\n\n* one, two\n* three\n'],
  'app.ini': ['the settings of a program', '[section]\nname = value\nkey = abc\nurl = http://example.org\n'],
  'app.toml': ['the settings of a program', '[owner]\nname = "Tom"\nsecret = "aaaaaaaaaaaaaaaa"\n'],
  '.env': ['the settings of a program', 'SECRET=abcdefgh\nKEY=12345678901234567890\nURL=postgres://x\n'],
  'secret.yaml': ['the settings of a program', 'kind: Secret\ndata:\n  key: aGVsbG8=\n  secret: aGVsbG8=\n'],
  Makefile: ['the settings of a program', 'all: a b\n\techo key, secret\n'],
  'access.log': ['a log', '127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 2326\n'.repeat(3)],
  syslog: ['a log', 'Nov 28 23:00:00 host sshd[12]: key, secret\nNov 28 23:00:01 host sshd[12]: closed\n'],
  'app.log': ['a log', '[2026-11-28 23:00:00] INFO started\n[2026-11-28 23:00:01] WARN key, secret\n'],
  'json.log': ['lines of JSON, such as a log', '{"level":"info"}\n{"level":"warn"}\n'],
  passwd: [
    'a list of the users or groups of a computer',
    'root:x:0:0:root:/:/bin/sh\nada:x:1000:1000:Ada,,,:/srv/ada:/bin/sh\n',
  ],
  sums: ['a list of checksums', `${'d41d8cd98f00b204e980'.repeat(2)}  a.txt\n`.repeat(2)],
  'git.log': [
    'the log of a version control system',
    `commit ${'70f7400a'.repeat(5)}\nAuthor: A B <a@example.org>\nDate:   Sat Nov 28 22:00:00 2026\n\n    compare\n`,
  ],
  'a.patch': ['a patch', '--- a/x\n+++ b/x\n@@ -1 +1 @@\n-key, secret\n+secret, key\n'],
  'a.eml': [
    'a mail',
    'From: A <a@example.org>\nTo: B <b@example.org>\nSubject: key\n\nHello,\nsecret, label\n',
  ],
  'a.sql': ['SQL', 'CREATE TABLE users (id int, secret text);\nINSERT INTO users VALUES (1, 2);\n'],
  'a.py': ['source code', 'import os\nfrom a import b\n\ndef f(key, secret):\n    return key\n'],
  'a.css': ['source code', 'body {\n  color: red;\n}\np {\n  margin: 0;\n}\n'],
  'a.min.js': ['source code', `!function(e,t){var n=[${'a,'.repeat(100)}];}();`],
  'a.js': ['source code', '{\n  const a = 1;\n}\n'],
  'a.php': ['source code', '<?php\n$key = "secret";\necho "<p>";\n'],
  'a.sh': ['a script', '#!/bin/sh\nkey=1, secret=2\n'],
  'a.json': ['JSON', '{"services": {"web": {"image": "x"}}}'],
  'b.json': ['JSON', '{"items": [{"kind": "Pod"}], "kind": "List"}'],
  'c.json': ['JSON', '{"tokens": [{"name": "blue"}]}'],
  'd.json': ['JSON', '{"accounts": {"a": {"b": 1}}}'],
  'a.xml': ['XML', '<?xml version="1.0"?>\n<rss><channel/></rss>\n'],
  'orders.csv': ['a table without a column for secrets', 'date,customer,amount\n2026-01-01,Ada,12.50\n'],
  'contacts.csv': ['a table without a column for secrets', 'Name,Email,URL\nAda,a@example.org,http://x\n'],
  'keys.csv': ['a table without a column for secrets', 'key,value\ncolor,red\nsize,12\n'],
};

const tools = {
  password: () => Promise.reject(new Error('nobody is asked')),
  key: () => Promise.reject(new Error('nobody is asked')),
};

async function refusalOf(name: string, bytes: Uint8Array): Promise<string> {
  try {
    return `${(await readFiles([{ name, bytes }], tools)).length} rows`;
  } catch (error) {
    if (isFobError(error, 'bad-input')) return error.message;
    throw error;
  }
}

it.each(Object.entries(DOCUMENTS))('import says of %s what it looks like', async (name, [look, text]) => {
  const bytes = new TextEncoder().encode(text);
  expect(await refusalOf(name, bytes)).toBe(
    `The file does not look like an export of accounts; it looks like ${look} (${bytes.length} bytes).`,
  );
});

it('import says of every document and source of this project what it is, and quotes nothing of it', async () => {
  const license = { path: 'LICENSE', text: readFileSync(join(root, 'LICENSE'), 'utf8') };
  const files = [...textFiles, license].filter(({ path }) => !path.startsWith('test/'));
  expect(files.length).toBeGreaterThan(300);
  const odd: string[] = [];
  for (const { path, text } of files) {
    const said = await refusalOf(path, new TextEncoder().encode(text));
    const isPlain =
      /^The file does not look like an export of accounts; it looks like [\w ,]+ \(\d+ bytes?\)\.$/.test(
        said,
      );
    const isClosed = /^The file is (?:an SVG image|a web page|empty, or holds nothing but comments)\.$/.test(
      said,
    );
    if (!isPlain && !isClosed) odd.push(`${path}: ${said}`);
  }
  expect(odd).toEqual([]);
});
