using System.Linq.Expressions;
using System.Reflection;
using StackExchange.Redis;

namespace Dataflow.Redis;

/// <summary>Writes the public properties of a row as the fields of a hash.</summary>
internal sealed class RowFields<TRow>
{
    private readonly (string Name, Func<TRow, object?> Get)[] _properties;

    private RowFields((string Name, Func<TRow, object?> Get)[] properties) => _properties = properties;

    /// <exception cref="ConnectorException">A property cannot be a field, or there is none.</exception>
    public static RowFields<TRow> Create()
    {
        PropertyInfo[] properties = [.. typeof(TRow).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(static property => property.GetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0)];
        if (properties.Length == 0) throw ConnectorException.NoColumns(typeof(TRow));
        if (Array.Find(properties, static property => !IsField(property.PropertyType)) is { } wrong)
            throw ConnectorException.UnsupportedMember(
                typeof(TRow), wrong.Name, wrong.PropertyType, "Redis", "a number, bool, string, Utf8, an enum, DateTime or DateTimeOffset");
        return new([.. properties.Select(static property => (property.Name, Getter(property)))]);
    }

    public HashEntry[] Of(TRow row)
    {
        var fields = new HashEntry[_properties.Length];
        for (var i = 0; i < fields.Length; i++) fields[i] = new HashEntry(_properties[i].Name, FeatureFields.Text(_properties[i].Get(row)));
        return fields;
    }

    private static bool IsField(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain.IsPrimitive || plain.IsEnum || plain == typeof(string) || plain == typeof(Utf8) || plain == typeof(decimal)
            || plain == typeof(DateTime) || plain == typeof(DateTimeOffset);
    }

    private static Func<TRow, object?> Getter(PropertyInfo property)
    {
        var row = Expression.Parameter(typeof(TRow), "row");
        return Expression.Lambda<Func<TRow, object?>>(Expression.Convert(Expression.Property(row, property), typeof(object)), row)
            .Compile();
    }
}
