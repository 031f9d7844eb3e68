/**
 * The same function, pure and of a string, that knows its last results: up to twice `most`, of which the older half is
 * forgotten at once.
 */
export const remembered = <T>(compute: (text: string) => T, most: number): ((text: string) => T) => {
  let recent = new Map<string, T>();
  let older: ReadonlyMap<string, T> = new Map();
  return (text) => {
    const known = recent.get(text);
    if (known !== undefined) return known;
    const result = older.get(text) ?? compute(text);
    if (recent.size >= most) {
      older = recent;
      recent = new Map();
    }
    recent.set(text, result);
    return result;
  };
};
