import { copyFileSync, linkSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createForSqlite, isOfOpenedDatabase, networkFileSystem, networkName } from 'passfob/database-file';
import { readWhole } from 'passfob/read-whole';
import { afterAll, expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';

const folder = temporaryFolder('test', afterAll);
const inside = (name: string) => join(folder, name);

it('a database file is made for its owner alone, and an existing one stays as it is', () => {
  createForSqlite(inside('new.db'));
  expect(statSync(inside('new.db')).mode & 0o777).toBe(0o600);
  writeFileSync(inside('old.db'), 'content', { mode: 0o640 });
  const before = statSync(inside('old.db'));
  createForSqlite(inside('old.db'));
  const { mode, size, mtimeMs } = statSync(inside('old.db'));
  expect([mode, size, mtimeMs]).toEqual([before.mode, before.size, before.mtimeMs]);
  expect(() => createForSqlite(join(folder, 'none', 'x.db'))).toThrow('ENOENT');
});

it('a database file is recognised by every name of it and of the files beside it, and no command reads it as input', async () => {
  createForSqlite(inside('used.db'));
  writeFileSync(inside('used.db-wal'), '');
  symlinkSync(inside('used.db-wal'), inside('link'));
  linkSync(inside('used.db'), inside('hard-link'));
  copyFileSync(inside('used.db'), inside('copy'));
  for (const name of ['used.db', 'used.db-wal', 'link', 'hard-link'])
    expect([name, isOfOpenedDatabase(inside(name))]).toEqual([name, true]);
  for (const name of ['copy', 'used.db-shm', 'none'])
    expect([name, isOfOpenedDatabase(inside(name))]).toEqual([name, false]);
  await expect(readWhole(inside('hard-link'), 100, undefined)).rejects.toMatchObject({ kind: 'bad-input' });
  expect(await readWhole(inside('copy'), 100, undefined)).toHaveLength(0);
});

/** Mounts of a computer with all of these types: proc_pid_mountinfo(5). */
const MOUNTS = `27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
41 27 0:36 / /srv/far rw,relatime shared:20 - fuse.sshfs ada@example.org:far rw,user_id=0
42 27 0:37 / /srv/a\\040b rw,relatime - fuse.gocryptfs /srv/sealed rw,user_id=0
43 27 8:17 / /media/stick rw,relatime master:2 propagate_from:1 - fuseblk /dev/sdb1 rw
44 27 0:300 / /mnt/shared rw,relatime - virtiofs shared rw
45 27 0:39 / /mnt/odd rw,relatime - fuse.newfs newfs rw
`;
const FUSE = 0x65735546;
const device = (major: bigint, minor: bigint) => (major << 8n) | (minor & 0xffn) | ((minor & ~0xffn) << 12n);

it.each([
  ['nfs', 0x6969],
  ['cifs', 0xff534d42],
  ['cifs', 0xff534d42 | 0],
  ['9p', 0x01021997],
  ['ceph', 0x00c36400],
])('a network file system is recognised by its type: %s', (name, type) => {
  expect(networkName({ type, device: 0n, mounts: '' })).toBe(name);
});

it.each([
  ['ext4', 0xef53],
  ['btrfs', 0x9123683e],
  ['xfs', 0x58465342],
  ['tmpfs', 0x01021994],
  ['overlay', 0x794c7630],
  ['zfs', 0x2fc12fc1],
])('a local file system is no network file system: %s', (_, type) => {
  expect(networkName({ type, device: 0n, mounts: MOUNTS })).toBeUndefined();
});

it.each([
  ['fuse.sshfs', device(0n, 36n)],
  ['virtiofs', device(0n, 300n)],
  ['fuse.newfs', device(0n, 39n)],
  ['fuse', device(0n, 99n)],
  [undefined, device(0n, 37n)],
  [undefined, device(8n, 17n)],
])('a network file system behind FUSE is recognised by the mounts: %s', (name, at) => {
  expect(networkName({ type: FUSE, device: at, mounts: MOUNTS })).toBe(name);
});

it('these tests run on no network file system', () => {
  expect(networkFileSystem(folder)).toBeUndefined();
});
