#pragma warning disable CS1591
namespace Dataflow.Log;
public class LogStore {} public class LogTopic {} public class RecordBuffer {}
