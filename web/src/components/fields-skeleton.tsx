/** Stands where fields will be, as tall as they are, so that nothing jumps when they come. */

export function FieldsSkeleton() {
  return (
    <div aria-hidden className="flex animate-breathe flex-col gap-4 p-4 pt-2">
      {[32, 64, 104, 32, 32, 32, 32].map((height, index) => (
        <div key={index} className="flex flex-col gap-1">
          <div className="my-2 h-3 w-20 rounded-sm bg-hover" />
          <div className="rounded-md bg-hover" style={{ height }} />
        </div>
      ))}
    </div>
  );
}
