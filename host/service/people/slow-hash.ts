import { verify } from '@node-rs/argon2';

export async function checkSlowly(hash: string | null, typed: string): Promise<boolean> {
  return hash !== null && (await verify(hash, typed));
}
