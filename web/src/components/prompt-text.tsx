/**
 * The field a prompt is written in: a plain text area at first, and the editor in its place once that has come. Text, focus
 * and selection go over to it; where it cannot be had the text area stays.
 */
import { useEffect, useRef, useState } from 'react';

import { PlainPrompt } from './plain-prompt.tsx';

import type { PromptEditor } from './prompt-editor/editor.tsx';
import type { Handover, PromptTextProps } from './prompt-field.ts';

type Editor = typeof PromptEditor;

let loaded: Editor | null = null;

async function loadEditor(): Promise<Editor | null> {
  try {
    loaded = (await import('./prompt-editor/editor.tsx')).PromptEditor;
  } catch {
    // The plain text area does all that is needed; the next load of the page asks again.
  }
  return loaded;
}

export function PromptText(props: PromptTextProps) {
  // A component is a function, which a state would call.
  const [Editor, setEditor] = useState(() => loaded);
  const [isComposing, setIsComposing] = useState(false);
  const handover = useRef<Handover | null>(null);
  useEffect(() => {
    let isWanted = true;
    const load = async (): Promise<void> => {
      const editor = await loadEditor();
      if (isWanted && editor !== null) setEditor(() => editor);
    };
    void load();
    return () => {
      isWanted = false;
    };
  }, []);
  // A word that is being composed would be lost.
  if (Editor === null || isComposing) {
    return (
      <PlainPrompt
        {...props}
        onComposing={setIsComposing}
        onLeave={(left) => {
          handover.current = left;
        }}
      />
    );
  }
  return <Editor {...props} handover={handover} />;
}
