namespace Dataflow.Generators;

/// <summary>Writes what rows of files show of a type: how a value is made, and each member read and set.</summary>
internal sealed class RowText(SourceText text, RecordModel record, RowModel rows)
{
    private const string List = "global::System.Collections.Generic.IReadOnlyList";

    private IEnumerable<RowPropertyModel> Settable => rows.Properties.Where(property => !property.IsField && property.IsSettable
        && !rows.Parameters.Any(parameter => parameter.Name.Equals(property.Name, StringComparison.OrdinalIgnoreCase)));

    public void Write()
    {
        CodecText.Class(text, $"Rows : Api::RowForm<{record.Type}>");
        using (text.Block())
        {
            Items("RowParameter", "Parameters", rows.Parameters.Select(Parameter));
            Items("RowProperty", "Properties", rows.Properties.Select(Property));
            if (!rows.HasJson) text.Line("public override bool HasJson => false;");
            OfColumns();
            text.Line();
            text.Line($"public override {record.Type} Make(object[] arguments)");
            text.Line($"    => {New((type, i) => $"({type})arguments[{i}]")};");
        }

        Accessors();
    }

    private void OfColumns()
    {
        text.Line($"public override {record.Type} Make(global::System.Array[] columns, int row)");
        using (text.Block())
        {
            text.Line($"var value = {New(Cell)};");
            var column = rows.Parameters.Count;
            foreach (var property in Settable) text.Line(Set(property, "value", Cell(property.Type, column++)) + ";");
            text.Line("return value;");
        }
    }

    private void Accessors()
    {
        CodecText.Class(text, "RowAccess", "static");
        using (text.Block())
        {
            if (rows.HasConstructor)
            {
                CodecText.Accessor(text, "Constructor");
                var parameters = string.Join(", ", rows.Parameters.Select(static (parameter, i) => $"{parameter.Type} p{i}"));
                text.Line($"internal static extern {record.Type} New({parameters});");
            }

            foreach (var property in rows.Properties.Where(static property => property.IsSettable && property.IsInitOnly))
            {
                text.Line();
                CodecText.Accessor(text, $"Method, Name = {CodecText.Literal($"set_{property.Name}")}");
                var value = record.IsValueType ? "ref " : "";
                text.Line($"internal static extern void {property.Name}_({value}{property.Declaring} value, {property.Type} member);");
            }
        }
    }

    private string New(Func<string, int, string> argument)
        => !rows.HasConstructor ? $"default({record.Type})"
            : $"RowAccess.New({string.Join(", ", rows.Parameters.Select((parameter, i) => argument(parameter.Type, i)))})";

    private static string Cell(string type, int column) => $"(({ArrayOf(type)})columns[{column}])[row]";

    // Of arrays of arrays the outermost brackets come first.
    private static string ArrayOf(string type)
        => type.IndexOf('[', type.LastIndexOf('>') + 1) is >= 0 and var rank ? type.Insert(rank, "[]") : $"{type}[]";

    private static string Parameter(RowParameterModel of)
        => $"new Api::RowParameter({CodecText.Literal(of.Name)}, typeof({of.Type}), {(of.TakesNull ? "true" : "false")}, "
            + $"{(of.Default is null ? "false, null" : $"true, {of.Default}")})";

    private string Property(RowPropertyModel of)
    {
        var get = of.IsGettable ? $"static value => (({record.Type})value).@{of.Name}" : "null";
        var box = record.IsValueType ? $"global::System.Runtime.CompilerServices.Unsafe.Unbox<{record.Type}>(value)"
            : $"(({record.Type})value)";
        var set = of.IsSettable ? $"static (value, member) => {Set(of, box, "member")}" : "null";
        return $"new Api::RowProperty<{of.Type}>(typeof({of.Declaring}), {CodecText.Literal(of.Name)}, {get}, {set}) {{ {of.Facts} }}";
    }

    private string Set(RowPropertyModel of, string value, string member)
        => of.IsInitOnly ? $"RowAccess.{of.Name}_({(record.IsValueType ? "ref " : "")}{value}, {member})"
            : $"{value}.@{of.Name} = {member}";

    private void Items(string type, string name, IEnumerable<string> items)
    {
        text.Line($"public override {List}<Api::{type}> {name} {{ get; }} = new Api::{type}[]");
        text.Line("{");
        foreach (var item in items) text.Line($"    {item},");
        text.Line("};");
        text.Line();
    }
}
