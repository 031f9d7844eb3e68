import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { it } from 'node:test';
import { Binary, MongoClient, MongoNetworkError, MongoServerError } from 'mongodb';
import { createSessions } from '../../../src/adapters/mongo/sessions.ts';

/** A client of a server that answers every command with this error. */
const clientWith = (error: Error): MongoClient => {
  const client = new MongoClient('mongodb://127.0.0.1:1');
  const db = client.db('admin');
  db.command = () => Promise.reject(error);
  client.db = () => db;
  return client;
};
const killWith = (error: Error): Promise<void> =>
  createSessions(clientWith(error), () => Promise.resolve()).kill([new Binary(randomBytes(16))]);

it('goes on where the server lets nobody end a session, and does not where it may not have heard', async () => {
  const refusal = (code: number) => new MongoServerError({ message: 'killSessions is not allowed', code });
  for (const code of [8_000, 13, 59]) await killWith(refusal(code)); // Atlas, no right, no such command
  await assert.rejects(killWith(refusal(11_600)));
  await assert.rejects(killWith(new MongoNetworkError('gone')));
});
