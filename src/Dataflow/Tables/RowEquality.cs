using Dataflow.Serialization;

namespace Dataflow.Tables;

/// <summary>Whether a new row says the same as the old one, so that no change goes out.</summary>
/// <remarks>Only an equality that is known to look at all of a row counts: that of types which may be keys. Lists are compared by their
/// elements. What has an <c>Equals</c> of its own may look at an id alone, and arrays look at nothing: such rows are always
/// changes.</remarks>
internal static class RowEquality<TRow>
{
    private static readonly bool s_isByValue = IsByValue();
    private static readonly IEqualityComparer<TRow>? s_lists = OfLists();

    public static bool AreSame(TRow? old, TRow? row)
    {
        if (s_isByValue) return EqualityComparer<TRow>.Default.Equals(old, row);
        if (typeof(TRow).IsValueType) return false;
        return ReferenceEquals(old, row) || (s_lists is not null && s_lists.Equals(old, row));
    }

    /// <summary>Structs that are not <see cref="IEquatable{T}"/> are left out: comparing them would box both.</summary>
    private static bool IsByValue()
        => KeyCodec<TRow>.IsPossible
            && (!typeof(TRow).IsValueType || typeof(TRow).IsEnum || Nullable.GetUnderlyingType(typeof(TRow)) is not null
                || typeof(TRow).IsAssignableTo(typeof(IEquatable<TRow>)));

    private static IEqualityComparer<TRow>? OfLists()
        => typeof(TRow).IsGenericType && typeof(TRow).GetGenericTypeDefinition() == typeof(IReadOnlyList<>)
            ? (IEqualityComparer<TRow>)ReflectedCodecs.Make(typeof(ListEquality<>), typeof(TRow).GenericTypeArguments)
            : null;
}

/// <summary>Compares lists by what they hold.</summary>
internal sealed class ListEquality<T> : EqualityComparer<IReadOnlyList<T>>
{
    public override bool Equals(IReadOnlyList<T>? one, IReadOnlyList<T>? other)
    {
        if (one is null || other is null || one.Count != other.Count) return false;
        for (var i = 0; i < one.Count; i++)
        {
            if (!RowEquality<T>.AreSame(one[i], other[i])) return false;
        }

        return true;
    }

    public override int GetHashCode(IReadOnlyList<T> list) => list.Count;
}
