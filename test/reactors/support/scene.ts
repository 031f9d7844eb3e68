import type { SandboxOptions } from '../../../sandbox/server.ts';
import { openSandbox } from '../../support/sandbox.ts';
import { type Node, type NodeOptions, startNode } from './node.ts';
import { openWorld } from './world.ts';

/** Servers and a local WhatsApp of the spec's own, and what starts gateways on them. Call `close` in `after`. */
export const openScene = async (options: SandboxOptions = {}) => {
  const [world, sandbox] = await Promise.all([openWorld(), openSandbox(options)]);
  const running = new Set<Node>();
  return {
    ...{ world, sandbox },
    start: async (how: NodeOptions = {}): Promise<Node> => {
      const node = await startNode(world, sandbox, how);
      running.add(node);
      return {
        ...node,
        stop: async () => {
          running.delete(node);
          await node.stop();
        },
      };
    },
    /** Ends what still runs. */
    close: async (): Promise<void> => {
      for (const node of running) await node.stop();
      await sandbox.close();
      await world.close();
    },
  };
};
