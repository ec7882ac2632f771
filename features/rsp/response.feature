Feature: Response
  What is ordered in the cloud happens on the endpoint, and is seen there from outside.

  @RSP-01 @must @S12 @requires:response-kill
  Rule: An order from the cloud is carried out and acknowledged through the relay

    Scenario: A program is ended
      Given the product works in a closed network
      And two business programs of one name run on the endpoint
      When the cloud orders one of them to be ended
      Then the order is acknowledged through the relay in time
      And that program has ended and the other one still runs

  @RSP-02 @must @S12 @requires:response-isolate
  Rule: Isolation cuts everything but the way to the relay, and can be ended

    Scenario: Isolated and released
      Given the product works in a closed network beside a neighbour
      And the endpoint reaches its neighbour
      When the cloud orders the endpoint to be isolated
      And the endpoint tries to reach its neighbour
      Then the order is acknowledged through the relay, and so is another one meanwhile
      When the cloud orders the isolation to be ended
      Then the order is acknowledged through the relay in time
      And everything else was cut until then, and is not any more

  @RSP-03 @must @requires:response-kill
  Rule: An order is carried out exactly once, or it expires with a reason

    Scenario Outline: Given while the relay is away (<kind>)
      Given the product works in a closed network
      And a business program runs on the endpoint and is started again whenever it ends
      When the relay is lost: <kind>
      And the cloud orders the program to be ended
      And the relay comes back
      Then it was ended exactly once, or the order has expired

      Examples:
        | kind   |
        | silent |

    Scenario Outline: Carried out, and the result is not acknowledged (<kind>)
      Given the product works in a closed network
      And a business program runs on the endpoint and is started again whenever it ends
      And the cloud's answer to the next results goes wrong: <kind>
      When the cloud orders the program to be ended
      And the cloud has had its answers go wrong
      Then it was ended exactly once, or the order has expired

      Examples:
        | kind     |
        | lost-ack |
        | 5xx      |

  @RSP-04 @should @S13 @stimulus:file
  Rule: Where the policy says to report only, business goes on

    Scenario: A business act that the product takes for an attack
      Given the product works in a closed network
      And its policy says detect
      When a business act happens that looks like an attack
      Then it is reported in time
      And the business act has succeeded

  @RSP-05 @should @S6 @S12 @if:response-isolate
  Rule: An isolated endpoint that is moved can be released

    Scenario: Isolated, moved and released
      Given the product works in a closed network beside a neighbour
      And the endpoint is isolated
      When the endpoint is moved to the open network
      And the product is told so, if it declares that it has to be
      And the endpoint tries to reach its neighbour
      And the cloud orders the isolation to be ended
      Then the order is acknowledged once the product is back
      And everything else was cut until then, and is not any more

  @RSP-06 @should @S23 @if:response-kill @stimulus:program
  Rule: What a detection is good for when somebody answers it, and when nobody does

    Scenario Outline: An attack that goes on, answered by <whom>
      Given the product works in a closed network
      And detections are answered by <whom>
      When an attack goes on beside its benign twin
      And whoever answers has had their time
      Then the attack was ended in time, unless nobody answers, and the twin still runs

      Examples:
        | whom              |
        | nobody            |
        | an analyst        |
        | an automatic rule |

  @RSP-07 @should @S23 @if:response-shell
  Rule: A remote shell goes through the relay, opens nothing, is on record, and can be forbidden

    Scenario: An analyst works on the endpoint
      Given the product works in a closed network
      And it is known who listens on the endpoint
      When an analyst works on the endpoint from the cloud
      Then what the analyst did has come back through the relay in time
      And nobody else has listened on the endpoint meanwhile
      And who did what, and when, is on record
      And the endpoint has sent nothing past the relay

    Scenario: The owner of the endpoint has forbidden it
      Given the product works in a closed network
      And a shell from the cloud is forbidden on the endpoint
      When an analyst works on the endpoint from the cloud
      Then this is refused with a reason, and nothing was done
