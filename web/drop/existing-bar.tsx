import { type DroppedImage, type ExistingChoice, tally } from './dropped-images.ts';
import { decideExisting } from './send-images.ts';

const choices: readonly [choice: ExistingChoice, ofOne: string, ofAll: string][] = [
  ['rename', 'Keep both', 'Keep both for all'],
  ['replace', 'Replace', 'Replace all'],
  ['skip', 'Skip', 'Skip all'],
];

/** Asks what to do with images whose keys exist in the bucket: this one, or all. */
export function ExistingChoices({ dropped }: { dropped?: DroppedImage }) {
  return (
    <fieldset class="existing-choices">
      <legend class="for-readers">{dropped?.key.value ?? 'All existing images'}</legend>
      {choices.map(([choice, ofOne, ofAll]) => (
        <button key={choice} type="button" onClick={() => decideExisting(choice, dropped)}>
          {dropped ? ofOne : ofAll}
        </button>
      ))}
    </fieldset>
  );
}

/** The question for all images at the same time; nothing without images to decide on. */
export function ExistingBar() {
  const count = tally.value.exists;
  return (
    <div role="status">
      {count > 0 && (
        <div class="card existing-bar">
          <p>
            {count === 1 ? '1 image has a name' : `${count} images have names`} that the bucket
            already contains. Nothing is replaced until you decide.
          </p>
          <ExistingChoices />
          <p class="soft">This includes images that are still waiting to be sent.</p>
        </div>
      )}
    </div>
  );
}
