namespace Dataflow.Serialization;

/// <summary>The members of a record type in its written form.</summary>
internal static class RecordMembers
{
    /// <summary>Returns the members: those known from compiling, else those that reflection finds; none where there is neither.</summary>
    public static IReadOnlyList<RecordMember> Of(Type type)
        => GeneratedCodecs.Find(type) is { } made ? made.Members
            : ReflectedCodecs.AreSupported
                ? [.. TypeFields.Of(type).Members.Select(static of => new RecordMember(of.Name, of.Field.FieldType, of.Key ?? -1))] : [];
}
