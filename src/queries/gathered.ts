type Waiting<Doc> = Readonly<{ resolve: (doc: Doc | undefined) => void; reject: (error: unknown) => void }>;

/**
 * Documents by id for many who ask at once. Who comes first is asked for at once; who comes meanwhile shares the next
 * question, never the one under way, so that what was written before the call is seen. Rejects as `load` does, for all
 * who shared it.
 */
export const gathered = <Doc extends Readonly<{ _id: string }>>(
  load: (ids: readonly string[]) => Promise<readonly Doc[]>,
): ((id: string) => Promise<Doc | undefined>) => {
  let waiting = new Map<string, Waiting<Doc>[]>();
  let isAsking = false;

  const askFor = async (batch: ReadonlyMap<string, readonly Waiting<Doc>[]>): Promise<void> => {
    const all = [...batch].flatMap(([id, those]) => those.map((one) => ({ id, ...one })));
    try {
      const docs = new Map((await load([...batch.keys()])).map((doc) => [doc._id, doc]));
      for (const { id, resolve } of all) resolve(docs.get(id));
    } catch (error) {
      for (const { reject } of all) reject(error);
    }
  };
  const ask = async (): Promise<void> => {
    isAsking = true;
    while (waiting.size > 0) {
      const batch = waiting;
      waiting = new Map();
      await askFor(batch);
    }
    isAsking = false;
  };

  return (id) =>
    new Promise((resolve, reject) => {
      const those = waiting.get(id) ?? [];
      waiting.set(id, [...those, { resolve, reject }]);
      if (!isAsking) void ask();
    });
};
