namespace Dataflow.Generators;

/// <summary>The parts that a codec is made of. Texts and numbers only: a symbol would keep the whole compilation,
/// and equal nothing.</summary>
/// <param name="Name">The name of the type, with what it lies in, as part of an identifier.</param>
/// <param name="Type">The type, in full.</param>
/// <param name="IsValueType">Whether it is a struct.</param>
/// <param name="TypeParameters"><c>&lt;TKey, T&gt;</c>, or nothing.</param>
/// <param name="Definition">The type without its arguments, <c>Envelope&lt;,&gt;</c>; nothing if it has none.</param>
/// <param name="HasPlaces">Whether members are identified by places.</param>
/// <param name="HasIgnored">Whether fields are left out.</param>
/// <param name="Levels">The type itself and its base types, with their fields.</param>
/// <param name="Members">The members in the order in which they are written.</param>
/// <param name="Constructor">The constructor for members that bytes lack; null if the type has none.</param>
/// <param name="IsMemberwise">Whether two values are equal exactly if all their members are.</param>
/// <param name="Parts">The calls that make the types of .NET known which members are made of.</param>
/// <param name="Rows">The type as rows of files show it; null if reflection finds that.</param>
internal sealed record RecordModel(
    string Name, string Type, bool IsValueType, string TypeParameters, string Definition, bool HasPlaces, bool HasIgnored,
    EquatableArray<LevelModel> Levels, EquatableArray<MemberModel> Members, ConstructorModel? Constructor, bool IsMemberwise,
    EquatableArray<string> Parts, RowModel? Rows);

/// <summary>A type that declares fields of a record: the record itself, or one of its base types.</summary>
/// <param name="Type">The type with its own parameters.</param>
/// <param name="TypeParameters">Its parameters, <c>&lt;T&gt;</c>, or nothing.</param>
/// <param name="Constraints">The constraints of its parameters.</param>
/// <param name="Arguments">Its arguments in the record, <c>&lt;int&gt;</c>, or nothing.</param>
/// <param name="Fields">The fields that are written.</param>
internal sealed record LevelModel(
    string Type, string TypeParameters, string Constraints, string Arguments, EquatableArray<FieldModel> Fields);

/// <summary>A field.</summary>
/// <param name="Name">Its name without the compiler's marks, as part of an identifier.</param>
/// <param name="Field">Its name.</param>
/// <param name="Type">Its type, with the parameters of the declaring type.</param>
internal sealed record FieldModel(string Name, string Field, string Type);

/// <summary>A member.</summary>
/// <param name="Label">Its name in the bytes.</param>
/// <param name="Place">Its place; -1: none.</param>
/// <param name="Level">The type that declares it, by its number.</param>
/// <param name="Field">The field's name without the compiler's marks, as part of an identifier.</param>
/// <param name="Type">Its type.</param>
/// <param name="Scalar">What the codec writes itself, <c>Int32</c>; null if the type has a codec of its own.</param>
/// <param name="IsEnum">Whether it is an enum of that number.</param>
/// <param name="IsNullable">Whether it is a value type that may be null.</param>
/// <param name="IsInterned">Whether equal strings are one.</param>
internal sealed record MemberModel(
    string Label, int Place, int Level, string Field, string Type, string? Scalar, bool IsEnum, bool IsNullable, bool IsInterned)
{
    /// <summary>The type that is never null.</summary>
    public string PlainType => IsNullable ? Type.Substring(0, Type.Length - 1) : Type;

    /// <summary>The field that remembers its strings.</summary>
    public string Texts => $"_texts{Level}_{Field}";
}

/// <summary>A constructor.</summary>
/// <param name="Parameters">Its parameters.</param>
internal sealed record ConstructorModel(EquatableArray<ParameterModel> Parameters);

/// <summary>A parameter of a constructor, which gets the value of a member.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Member">The member's number.</param>
/// <param name="Default">The value where the bytes lack the member; null: none, what is in memory.</param>
internal sealed record ParameterModel(string Type, int Member, string? Default);
