namespace Dataflow.Serialization;

/// <summary>The reasons for which a type is no key, each with its remedy. The plan and the compiler's analyzer have the same
/// words.</summary>
internal static class KeyFaults
{
    public const string IsCollection = "two of equal content are different keys, since C# compares them by reference. Give KeyBy a string, "
        + "a number or a record of them.";

    public const string IsUnknown = "which type a key is of is not known, nor how it is compared. Give KeyBy the type itself, or a string, "
        + "a number or a record.";

    public const string HoldsItself = "a key that can hold itself has no bounded form. Give KeyBy a string, a number or a record.";

    public const string IsByReference = "two of equal content are different keys, since C# compares them by reference. Make it a record, "
        + "or give KeyBy a string, a number or a record of it.";

    /// <summary>Begins the fault of a type that a key has as a member.</summary>
    public static string Member(string path, string type) => $"member '{path}' is {type}: ";
}
