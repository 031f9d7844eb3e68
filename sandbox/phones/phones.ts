import type { World } from '../server/world.ts';
import { offerSnapshot } from './app-state/snapshot.ts';
import { greetCompanion } from './greet.ts';
import { receive } from './receive.ts';

/** The simulated phones, as the server turns to them. */
export const phones: World['phones'] = { receive, greet: greetCompanion, offerSnapshot };
