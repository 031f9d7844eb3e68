import { it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { keepPromises } from '../../support/log-promises.ts';
import { startNats } from '../../support/servers.ts';

const ROUNDS = 20;

it(`keeps every promise over ${ROUNDS} kills and pauses, with facts, racing decisions and followers`, async () => {
  const nats = await startNats({ durable: true });
  const disturb = async (round: number): Promise<void> => {
    if (round % 3 === 2) {
      await nats.kill('SIGSTOP');
      await delay(500);
      await nats.kill('SIGCONT');
    } else {
      await nats.kill('SIGKILL');
      await nats.restart();
    }
  };
  await keepPromises(nats.url, { rounds: ROUNDS, disturb });
  await nats.stop();
});
