using Dataflow.Serialization;

namespace Dataflow.Texts;

/// <summary>Gives the texts in a value bytes of their own, in place, before the engine keeps the value for longer than the call in which
/// it came.</summary>
/// <remarks>Which it finds says <see cref="Utf8.KeepIn"/>; one that it does not find throws when it is used later.</remarks>
internal static class TextKeeper<T>
{
    private static readonly HeldTexts? Texts = HeldTexts.Of(typeof(T));

    /// <summary>Whether values hold texts at all.</summary>
    public static bool IsNeeded => Texts is not null;

    public static void Keep(ref T value)
    {
        if (Texts is null || value is null) return;
        if (typeof(T).IsValueType) ((TextsOfFields)Texts).Keep(ref FieldOffset.Start(ref value));
        else HeldTexts.KeepIn(value);
    }

    /// <summary>Lets the texts of a value lie in a batch: those in its own fields, since only they are no one else's.</summary>
    public static void Keep(ref T value, BatchTexts batch)
    {
        if (Texts is null || value is null) return;
        if (typeof(T).IsValueType) ((TextsOfFields)Texts).Keep(ref FieldOffset.Start(ref value), batch);
        else HeldTexts.KeepIn(value);
    }
}
