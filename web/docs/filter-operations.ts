/** The parts of Immutable.js's maps that the search uses. */
interface ImmutableMap<Value> {
  get(name: 'operations'): ImmutableList;
  set(name: 'operations', value: ImmutableList): Value;
}

interface ImmutableList {
  readonly size: number;
  filter(keep: (operation: { toJS(): unknown }) => boolean): ImmutableList;
}

interface Tag extends ImmutableMap<Tag> {}

interface Tags {
  map(change: (tag: Tag) => Tag): Tags;
  filter(keep: (tag: Tag) => boolean): Tags;
}

/**
 * Keeps the operations that contain each word of the phrase anywhere: in path, summary, parameters
 * or descriptions. Swagger UI itself searches only the names of tags.
 */
export function filterOperations(tags: Tags, phrase: string): Tags {
  const words = phrase.toLowerCase().split(/\s+/);
  const hasWords = (operation: { toJS(): unknown }) => {
    const text = JSON.stringify(operation.toJS()).toLowerCase();
    return words.every((word) => text.includes(word));
  };
  return tags
    .map((tag) => tag.set('operations', tag.get('operations').filter(hasWords)))
    .filter((tag) => tag.get('operations').size > 0);
}
