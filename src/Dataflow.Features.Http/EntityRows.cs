using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dataflow.Features.Http;

/// <summary>A column of a request's entities: the place of its array of values in the body.</summary>
internal readonly record struct EntityColumn(string Name, int Start, int Length);

/// <summary>Makes requests from the columns of entities.</summary>
internal abstract class EntityRows<TRequest>
{
    /// <summary>The names of the required columns.</summary>
    public abstract IReadOnlyList<string> Names { get; }

    /// <summary>Whether a column of that name is needed.</summary>
    public abstract bool Takes(string column);

    /// <exception cref="ConnectorException">The type cannot be made from columns.</exception>
    public static EntityRows<TRequest> Create()
        => EntityValues.AreOne(typeof(TRequest))
            ? new SingleEntity<TRequest>()
            : new EntityRecords<TRequest>(RowShape<TRequest>.Instance);

    /// <exception cref="RequestException">A column is missing, or holds a value that its member cannot have.</exception>
    public abstract IReadOnlyList<TRequest> Read(ReadOnlySpan<byte> body, IReadOnlyList<EntityColumn> columns);
}

/// <summary>Makes requests from the only column.</summary>
internal sealed class SingleEntity<TRequest> : EntityRows<TRequest>
{
    private readonly EntityValues _values = EntityValues.Of(typeof(TRequest), takesNull: false);

    public override IReadOnlyList<string> Names => ["entity"];

    public override bool Takes(string column) => true;

    public override IReadOnlyList<TRequest> Read(ReadOnlySpan<byte> body, IReadOnlyList<EntityColumn> columns)
        => columns.Count == 1
            ? (TRequest[])_values.Read(body, columns[0])
            : throw new RequestException(422, $"'entities' has {columns.Count} columns; the service takes one.");
}

/// <summary>Makes requests from several columns: each member of the request takes the column of its name.</summary>
internal sealed class EntityRecords<TRequest>(RowShape<TRequest> shape) : EntityRows<TRequest>
{
    private readonly EntityValues[] _members = [
        .. shape.Members.Select(static member => member.Type == typeof(nint) || member.Type == typeof(nuint)
        ? throw ConnectorException.UnsupportedMember(typeof(TRequest), member.Name, member.Type, "JSON", "long or ulong")
        : EntityValues.Of(member.Type, member.TakesNull))];

    public override IReadOnlyList<string> Names { get; } = [.. shape.Members.Select(static member => member.Name)];

    public override bool Takes(string column) => shape.Members.Any(member => member.Fits(column));

    public override IReadOnlyList<TRequest> Read(ReadOnlySpan<byte> body, IReadOnlyList<EntityColumn> columns)
    {
        var values = new Array[_members.Length];
        for (var i = 0; i < values.Length; i++) values[i] = _members[i].Read(body, ColumnOf(shape.Members[i], _members[i], columns));
        var rows = new TRequest[values[0].Length];
        for (var row = 0; row < rows.Length; row++) rows[row] = shape.Build(values, row);
        return rows;
    }

    private static EntityColumn ColumnOf(RowMember member, EntityValues values, IReadOnlyList<EntityColumn> columns)
    {
        EntityColumn? found = null;
        for (var i = 0; i < columns.Count; i++)
        {
            if (!member.Fits(columns[i].Name)) continue;
            if (found is not null)
                throw new RequestException(
                    422, $"'entities' has more than one column for '{member.Name}'; case and '_' do not tell columns apart.");
            found = columns[i];
        }

        return found ?? throw new RequestException(422, $"'entities' has no column '{member.Name}' ({values.Kind}); the service needs it.");
    }
}

/// <summary>Reads the values of a column.</summary>
internal abstract class EntityValues
{
    public abstract Array Read(ReadOnlySpan<byte> body, EntityColumn column);

    /// <summary>The kind of a JSON value, in words that do not depend on C#.</summary>
    public abstract string Kind { get; }

    public static EntityValues Of(Type type, bool takesNull)
        => (EntityValues)Activator.CreateInstance(typeof(EntityValues<>).MakeGenericType(type), [takesNull])!;

    /// <summary>Whether a type is a single value, not a record of several.</summary>
    public static bool AreOne(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain.IsPrimitive || plain.IsEnum || plain == typeof(string) || plain == typeof(decimal) || plain == typeof(Guid)
            || plain == typeof(DateTime)
            || plain == typeof(DateTimeOffset) || plain == typeof(DateOnly) || plain == typeof(TimeOnly) || plain == typeof(TimeSpan);
    }

    protected static string KindOf(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying) return $"nullable {KindOf(underlying)}";
        if (type.IsEnum) return string.Join(" or ", Enum.GetNames(type).Select(static name => $"'{name}'"));
        return AreOne(type) ? type.Name : "composite";
    }
}

internal sealed class EntityValues<TValue>(bool takesNull) : EntityValues
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        // as answers write them
        NumberHandling = JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public override string Kind { get; } = KindOf(typeof(TValue));

    public override Array Read(ReadOnlySpan<byte> body, EntityColumn column)
    {
        try
        {
            var json = body.Slice(column.Start, column.Length);
            var values = typeof(TValue) == typeof(byte)
                ? JsonSerializer.Deserialize<List<TValue>>(json, s_options)!.ToArray() // as an array they would be read as one text
                : JsonSerializer.Deserialize<TValue[]>(json, s_options)!;
            if (!takesNull && !typeof(TValue).IsValueType && Array.Exists(values, static value => value is null))
                throw new RequestException(422, $"Column '{column.Name}' of 'entities' has a null.");
            return values;
        }
        catch (JsonException)
        {
            throw new RequestException(422, $"Column '{column.Name}' of 'entities' must hold {Kind} values.");
        }
    }
}
