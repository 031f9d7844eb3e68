/** What percent-encoded text says; as it stands where that is none, such as a password with a `%` in it. */
export const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
