Feature: Detailed log
  What happened around a detection is read in the detailed log at the cloud. That log is made on the endpoint, and
  has to get there through the same relay, with the same outages.

  @LOG-01 @must @S12 @stimulus:attack @requires:telemetry
  Rule: The log at the cloud says who did what around a detection

    Scenario: Each kind of attack, and an ordinary program beside it
      Given the product works in a closed network
      When an ordinary program is run
      And every attack that it reports in the open happens
      Then the log says process, parent, command line, user and hash of each attack
      And the ordinary program is in the log, too

  @LOG-02 @must @S12 @stimulus:any @requires:telemetry
  Rule: What is logged during an outage arrives, or its loss is told

    Scenario: Ordinary work goes on while the relay is lost
      Given the product works in a closed network
      And ordinary work is in its log
      When the relay is lost in one of several ways
      And ordinary work goes on
      And the relay comes back after many attempts
      Then all of that work is in the log, or in a gap that the log tells of

  @LOG-03 @should @stimulus:any @traces
  Rule: Nothing that is queued is lost with the process that has queued it

    Scenario Outline: During an outage <happens>
      Given the product works in a closed network
      When the relay is lost: refused
      And several attacks happen
      And it has had its time to notice them
      And <happens>
      And the relay comes up later
      Then nothing that was queued is lost

      Examples:
        | happens                                          |
        | the product is killed and started by its manager |
        | the endpoint is started again                    |

  @LOG-04 @should @stimulus:any @if:state-folder
  Rule: A full disk does not stop the product

    Scenario: The disk on which it keeps its state is full for a while
      Given the product works in a closed network, with a small disk for its state
      When that disk is full
      And several attacks happen
      Then each of them is reported in time
      When that disk has room again
      And an attack happens
      Then it is reported in time

  @LOG-05 @should @stimulus:any
  Rule: A wrong clock at the cloud changes neither the identity of the endpoint nor the times of what happened

    Scenario Outline: The clock of the cloud is <wrong>, and a new certificate is dated by it
      Given the product works in a closed network
      When the clock of the cloud, and with it its certificate, is <wrong>
      And several attacks happen
      And the clock of the cloud is right again
      Then all of them arrive once the clock is right
      And the cloud knows it as the same endpoint
      And their times are right, or the report says how far they are off

      Examples:
        | wrong          |
        | an hour fast   |
        | ten hours fast |
        | an hour slow   |
        | ten hours slow |

  @LOG-07 @may @S12 @if:log-retention @stimulus:any
  Rule: The cloud keeps the log for as long as is declared, and no longer

    Scenario: The log at the cloud grows old
      Given the product works in a closed network
      And ordinary work is in its log
      When that log is looked up at the cloud when the declared time has begun
      And that log is looked up at the cloud when the declared time is almost over
      And that log is looked up at the cloud when the declared time is over
      Then it was there until that time was over, and no longer
