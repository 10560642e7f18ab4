using Apache.Arrow;
using Apache.Arrow.Types;

namespace Dataflow.Arrow.Flight;

/// <summary>The columns of a set's files: those of the first file, found in the others by name and type.</summary>
internal sealed class FileColumns(Schema first)
{
    public Schema Schema { get; } = new(first.FieldsList, metadata: null);

    /// <summary>Finds each column of the set in a file, by its place.</summary>
    /// <exception cref="ConnectorException">The file does not have the same columns.</exception>
    public int[] PlacesIn(Schema file, string path)
    {
        var faults = Schema.FieldsList.Select(column => FaultOf(column, file)).OfType<string>()
            .Concat(file.FieldsList.Where(column => PlaceOf(column, Schema) < 0).Select(static column => $"'{column.Name}' is new"))
            .ToList();
        if (faults.Count > 0) throw FlightErrors.OtherColumnsInSet(path, faults);
        return [.. Schema.FieldsList.Select(column => PlaceOf(column, file))];
    }

    private static string? FaultOf(Field column, Schema file)
    {
        if (PlaceOf(column, file) is not (>= 0 and var place)) return $"'{column.Name}' is missing";
        var found = file.GetFieldByIndex(place);
        if (TextOf(found.DataType) != TextOf(column.DataType))
            return $"'{column.Name}' is {TextOf(found.DataType)} instead of {TextOf(column.DataType)}";
        return found.IsNullable && !column.IsNullable ? $"'{column.Name}' may be null" : null;
    }

    private static int PlaceOf(Field column, Schema schema) => schema.FieldsList.ToList().FindIndex(other => other.Name == column.Name);

    private static string TextOf(IArrowType type) => type switch
    {
        TimestampType time => $"{time.Name}[{time.Unit}, {time.Timezone}]",
        TimeBasedType time => $"{time.Name}[{time.Unit}]",
        Decimal128Type number => $"{number.Name}({number.Precision}, {number.Scale})",
        Decimal256Type number => $"{number.Name}({number.Precision}, {number.Scale})",
        NestedType nested => $"{nested.Name}<{string.Join(", ", nested.Fields.Select(static field => TextOf(field.DataType)))}>",
        FixedSizeBinaryType bytes => $"{bytes.Name}({bytes.ByteWidth})",
        _ => type.Name,
    };
}
