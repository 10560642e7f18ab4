namespace Dataflow.Generators;

/// <summary>A type as rows of files show it: its public constructor, properties and fields.</summary>
/// <param name="HasJson">Whether this says all that System.Text.Json would find by reflection.</param>
/// <param name="HasConstructor">Whether a constructor makes values: not where a struct has none of its own.</param>
/// <param name="Parameters">The constructor's parameters.</param>
/// <param name="Properties">The public properties and fields, those of derived types first.</param>
internal sealed record RowModel(
    bool HasJson, bool HasConstructor, EquatableArray<RowParameterModel> Parameters, EquatableArray<RowPropertyModel> Properties);

/// <summary>A parameter of the constructor.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="TakesNull">Whether it may be null.</param>
/// <param name="Default">Its default; null: none.</param>
internal sealed record RowParameterModel(string Name, string Type, bool TakesNull, string? Default);

/// <summary>A public property or field.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Declaring">The type that declares it.</param>
/// <param name="IsField">Whether it is a field.</param>
/// <param name="IsGettable">Whether all may read it.</param>
/// <param name="IsSettable">Whether all may set it, if only where a value is made.</param>
/// <param name="IsInitOnly">Whether it can be set only where a value is made.</param>
/// <param name="Facts">What else is known of it, as it is set in the form.</param>
internal sealed record RowPropertyModel(
    string Name, string Type, string Declaring, bool IsField, bool IsGettable, bool IsSettable, bool IsInitOnly, string Facts);
