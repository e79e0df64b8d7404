/** A share as a bar from 0 to 1. */

/**
 * The bar. Its length is an attribute, because the pages' policies forbid inline styles. It is hidden from
 * screen readers, since the number is next to it.
 */
export function ShareBar({ share }: { readonly share: number | undefined }) {
  return (
    <svg class="share-bar" aria-hidden="true" data-share={share?.toFixed(4)}>
      <rect class="rail" width="100%" height="100%" rx="4" />
      <rect class="fill" width={`${(100 * (share ?? 0)).toFixed(1)}%`} height="100%" rx="4" />
    </svg>
  );
}
